"""What the Dataset page knows."""
