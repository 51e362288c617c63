"""Write files so that a reader, or a full disk, never meets half of one."""

import os
import tempfile
from pathlib import Path


def write_atomically(path: Path, data: bytes) -> None:
    """Write bytes to a temporary file beside `path`, then move it into place.

    Parameters
    ----------
    path : Path
        The file to make or replace; its folder must exist.
    data : bytes
        The whole content.

    Raises
    ------
    OSError
        The file could not be written; an older file of that name is untouched.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}-", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes private files; give the result the rights any new file would have.
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
