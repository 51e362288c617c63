"""What may be wrong with the pictures of the dataset, and what a person decides about it."""
