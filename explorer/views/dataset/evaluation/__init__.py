"""How well the model does on the pictures of the dataset."""
