"""What the pictures are narrowed down by."""
