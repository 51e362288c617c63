"""What the Training page knows."""
