"""What a run leaves: its folder, embedding, curves and LiteRT file."""
