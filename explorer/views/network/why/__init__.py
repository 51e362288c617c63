"""Why the model answers as it does, and whether to believe it."""
