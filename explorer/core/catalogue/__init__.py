"""What is known of each picture of a dataset."""
