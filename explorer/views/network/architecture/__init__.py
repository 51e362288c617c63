"""What a model consists of: its layers as a tree and as a graph."""
