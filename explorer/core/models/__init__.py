"""What a run folder says of its model, and what a model says of a picture."""
