"""One training run: its loop, devices, checkpoints and progress."""
