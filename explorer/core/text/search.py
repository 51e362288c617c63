"""Search by words in any order, ignoring case and accents."""

import unicodedata


def fold(text: str) -> str:
    """Return a text without accents and case, for comparison."""
    parts = unicodedata.normalize("NFKD", text)
    return "".join(mark for mark in parts if not unicodedata.combining(mark)).casefold()


def rank(wanted: str, name: str, others: str = "") -> int | None:
    """Return how well an item matches the search; None if a word is missing.

    Parameters
    ----------
    wanted : str
        Words, or parts of words, in any order; an empty search matches everything.
    name : str
        The name of the item.
    others : str
        Other words to find it by.

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
