"""How pictures are prepared for the model: what is assumed, and what a person makes of it."""
