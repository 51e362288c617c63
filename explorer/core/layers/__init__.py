"""What a network consists of, and what its layers return and hold, as plain values."""
