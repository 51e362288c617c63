"""The map: every picture as a point."""
