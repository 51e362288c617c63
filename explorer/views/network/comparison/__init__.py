"""Two models or two pictures side by side."""
