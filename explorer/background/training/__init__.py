"""What trains beside the window."""
