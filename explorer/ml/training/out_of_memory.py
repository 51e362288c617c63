"""Tell where memory did not suffice, whichever library it was that asked for it."""

from collections.abc import Iterator
from contextlib import contextmanager

from explorer.errors import ExplorerError


def is_out_of_memory(error: Exception) -> bool:
    """Whether an error says so, in the words of TensorFlow, JAX or NumPy."""
    return (
        isinstance(error, MemoryError)
        or type(error).__name__ == "ResourceExhaustedError"
        or "RESOURCE_EXHAUSTED" in str(error)
        or "Dst tensor is not initialized" in str(error)
    )


@contextmanager
def memory_needed(purpose: str) -> Iterator[None]:
    """Say what it is that there is not enough memory for.

    Parameters
    ----------
    purpose : str
        "to …".

    Raises
    ------
    ExplorerError
        Memory did not suffice within.
    """
    try:
        yield
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        raise ExplorerError(f"There is not enough memory {purpose}.") from error
