"""The steps: the strip of cards, and a panel for each kind."""
