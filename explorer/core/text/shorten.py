"""Shorten untrusted text for a sentence."""


def shorten(text: str) -> str:
    """Return untrusted text, shortened to fit into a sentence."""
    return text if len(text) <= 60 else f"{text[:59]}…"
