"""What may be wrong with the pictures of a dataset: figures, duplicates, suspects."""
