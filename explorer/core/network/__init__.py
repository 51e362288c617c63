"""What the Network page shows, as plain values."""
