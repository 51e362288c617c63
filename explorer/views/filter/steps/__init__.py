"""The row of steps, and the panel of each kind."""
