"""What a model says of many pictures."""
