"""What the Network page knows."""
