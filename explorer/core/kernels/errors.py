"""The wording of errors about kernels."""

from explorer.core.text.shorten import shorten
from explorer.errors import KernelError


def kernel_error(name: str, reason: str) -> KernelError:
    """Return the error that says why what is called so is no kernel."""
    return KernelError("cannot be used", shorten(name), reason)


def count_columns(count: int) -> str:
    """Return "1 column" or "2 columns"."""
    return f"{count} column" if count == 1 else f"{count} columns"
