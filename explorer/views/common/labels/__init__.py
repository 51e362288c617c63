"""Text that fits, can be selected, or keeps its place."""
