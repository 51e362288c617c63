"""Pictures that zoom, and what lies over and beside them."""
