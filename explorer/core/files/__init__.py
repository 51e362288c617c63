"""Writing beside and moving into place; names that can be printed; JSON."""
