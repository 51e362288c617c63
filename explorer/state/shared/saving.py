"""Write a file on a thread, and report the outcome."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from explorer.background.tasks import TaskPool
from explorer.state.shared.notices import Notices


def save(path: Path, write: Callable[[], None], pool: TaskPool, notices: Notices) -> None:
    """Write a file on a thread; `write` may raise an ExplorerError."""
    pool.keep(
        write,
        done=lambda nothing: notices.hint(f"Saved “{path.name}”."),
        failed=notices.report,
    )


def save_pixels(
    path: Path, pixels: npt.NDArray[np.uint8], pool: TaskPool, notices: Notices
) -> None:
    """Write a grey or RGB picture on a thread, as a PNG file."""
    from explorer.core.filters.picture_export import write_png  # not needed to start

    save(path, lambda: write_png(path, pixels), pool, notices)
