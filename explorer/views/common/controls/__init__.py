"""Controls, each in a small file of its own."""
