"""Tables and how their cells are drawn."""
