"""The parts of the Training page."""

PARTS: tuple[tuple[str, str], ...] = (
    ("train", "Train"),
    ("runs", "Runs"),
    ("epochs", "Epochs"),
)
"""Name and title of every part, in the order of their tabs."""
