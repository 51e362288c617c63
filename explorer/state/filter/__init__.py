"""What the Filter page knows."""
