"""Controls that pages are made of, each in a small file of its own."""
