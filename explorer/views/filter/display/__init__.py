"""How values become grey or coloured."""
