"""How the sentences about kernels that cannot be used are made."""

from explorer.errors import KernelError


def refusal(name: str, reason: str) -> KernelError:
    """Return the error that says why what is called so is no kernel."""
    return KernelError(f"“{shorten(name)}” cannot be used: {reason}.")


def shorten(text: str) -> str:
    """Return what a stranger wrote, short enough to stand in a sentence."""
    return text if len(text) <= 60 else f"{text[:59]}…"


def count_columns(count: int) -> str:
    """Return "1 column" or "2 columns"."""
    return f"{count} column" if count == 1 else f"{count} columns"
