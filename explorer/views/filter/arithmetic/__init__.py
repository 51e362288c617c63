"""How one value of the result came about."""
