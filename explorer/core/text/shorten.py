"""What a stranger wrote, short enough for a sentence."""


def shorten(text: str) -> str:
    """Return what a stranger wrote, short enough to stand in a sentence."""
    return text if len(text) <= 60 else f"{text[:59]}…"
