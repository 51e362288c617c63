"""What goes wrong in reading a stranger's file is told as one sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

from explorer.errors import ModelError


@contextmanager
def damage_told(name: str) -> Iterator[None]:
    """Raise whatever is raised in the block as a ModelError that names the file.

    A ModelError may hold the reason alone. Anything else means that the file is damaged: its
    numbers lead anywhere.
    """
    try:
        yield
    except ModelError as error:
        if error.name:
            raise
        raise ModelError.not_opened(name, str(error)) from error
    except Exception as error:
        raise ModelError.not_opened(name, "the file is damaged") from error
