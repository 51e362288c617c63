"""What child processes there are."""

import multiprocessing


def ids_of(role: str) -> set[int | None]:
    """Return the ids of this process's running children of a role."""
    return {child.pid for child in multiprocessing.active_children() if child.name == role}
