"""What a model consists of, read from its file without the framework that runs it."""
