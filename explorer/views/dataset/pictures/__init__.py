"""The pictures of the dataset: search, order and grid."""
