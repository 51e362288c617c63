"""Model files opened and run: LiteRT and Keras."""
