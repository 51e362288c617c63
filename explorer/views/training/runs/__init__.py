"""All runs, compared."""
