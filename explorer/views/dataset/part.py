"""What the Dataset page shows of the pictures; the grid of them stays beside it."""

PARTS: tuple[tuple[str, str], ...] = (
    ("pictures", "Pictures"),
    ("evaluation", "Evaluation"),
    ("map", "Map"),
    ("health", "Health"),
)
"""Name and title of every part, in the order of their tabs."""
