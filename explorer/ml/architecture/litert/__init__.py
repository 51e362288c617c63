"""Reading LiteRT files."""
