"""Find what a person typed a few words of, in any order, with or without accents."""

import unicodedata


def fold(text: str) -> str:
    """Return a text without accents and capitals, to compare it with others."""
    parts = unicodedata.normalize("NFKD", text)
    return "".join(mark for mark in parts if not unicodedata.combining(mark)).casefold()


def rank(wanted: str, name: str, others: str = "") -> int | None:
    """Return how well a thing fits the words that are searched for; None where one is missing.

    Parameters
    ----------
    wanted : str
        Words, or parts of words, in any order; none fit everything.
    name : str
        What the thing is called.
    others : str
        What else it may be found by.

    Returns
    -------
    int
        The smaller the better: 0 where the name begins with all that was typed, then by how many
        of the words begin no word of the name.
    """
    wanted, name = fold(wanted).strip(), fold(name)
    whole = f"{name} {fold(others)}"
    words = wanted.split()
    if not all(word in whole for word in words):
        return None
    if name.startswith(wanted):
        return 0
    spaced = f" {name}"
    return 1 + sum(f" {word}" not in spaced for word in words)
