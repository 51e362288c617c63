"""What the Classify page knows."""
