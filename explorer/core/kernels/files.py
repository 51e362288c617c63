"""Read and write kernel files: JSON, tables (CSV) and NumPy's NPY."""

import io
import json
import os
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from explorer.core.files.names import printable_name
from explorer.core.files.reading import read_whole
from explorer.core.files.writing import write_atomically
from explorer.core.images.npy import read_npy_header, to_npy
from explorer.core.kernels.errors import kernel_error
from explorer.core.kernels.kernel import Filter, Kernel, check_size
from explorer.core.kernels.notations.formatting import format_matrix
from explorer.core.kernels.presets import find_preset, preset_keys, search_presets
from explorer.core.kernels.text import parse_filter
from explorer.core.text.shorten import shorten
from explorer.errors import KernelError

if TYPE_CHECKING:
    from explorer.core.kernels.notations.parsing import Pasted

MAX_FILE_BYTES = 1_000_000

_OWN = "own kernel"
# A bracket, or two numbers: what no name of a kernel has. A file's name may, but it exists.
_MATRIX = re.compile(r"[\[{(\\]|\d[\s,;:]+[-+.\d]|\A[-+]?[\d./]+\Z")


def read_kernel(path: Path) -> Filter:
    """Read a kernel file: JSON, a table (CSV), or NumPy's NPY; told apart by content.

    Parameters
    ----------
    path : Path
        A regular file of at most 1 MB. JSON holds a list of rows, or
        {"name": ..., "weights": rows}, or {"name": ..., "kernels": [rows, rows]}.

    Raises
    ------
    KernelError
        One sentence naming the file and the reason.
    """
    name = shorten(printable_name(path))
    data = read_whole(path, MAX_FILE_BYTES, name=name, error=KernelError)
    if data.startswith(b"\x93NUMPY"):
        kernel = Kernel(path.name, _weights_from_npy(path.name, data))
        read = Filter(path.stem, (replace(kernel, name=path.stem),), str(path))
    else:
        read = parse_filter(_decode(path.name, data), path.name, title=path.stem)
    return replace(read, key=str(path))


def write_kernel(
    filter: Filter, path: Path, write: Callable[[Path, bytes], None] = write_atomically
) -> None:
    """Write a filter so that `read_kernel` reads the same kernels.

    Parameters
    ----------
    filter : Filter
        JSON keeps one kernel or two, and the names; a table and NPY keep one kernel's weights.
    path : Path
        Its suffix says what to write: .json, .csv or .npy. A file of that name is replaced.
    write : callable
        How: as a file that a person asked for, or as the program's own.

    Raises
    ------
    KernelError
        The suffix is none of them, the kind cannot hold two kernels, or the system refuses.
    """
    encode = _ENCODERS.get(path.suffix.lower())
    if encode is None:
        raise _unwritten(path, "the name of a kernel file must end in .json, .csv or .npy")
    if len(filter.kernels) > 1 and encode is not _to_json:
        raise _unwritten(path, "this format holds one kernel, not two; save as .json instead")
    with KernelError.when_refused("was not written", shorten(printable_name(path))):
        write(path, encode(filter))


def filter_from_text(text: str) -> "Pasted":
    """Return the filter that a command line names: a preset, a JSON literal, or a file.

    Parameters
    ----------
    text : str
        "gx", "sharper.json", or a matrix in any notation that can be pasted: "[[1, 0], [0, -1]]",
        "[1 0; 0 -1] / 2". A preset goes before a file of that name, a file before a matrix.

    Returns
    -------
    Pasted
        The filter, and a sentence on how a matrix was read where it might have been meant
        otherwise.

    Raises
    ------
    KernelError
        It is none of the three, or the file is no kernel. Names that fit several presets are
        listed.
    """
    # Late: the parsers of several languages would delay the window's start.
    from explorer.core.kernels.notations.parsing import Pasted, parse_matrix

    text = text.strip()
    with suppress(KernelError):
        return Pasted(find_preset(text))
    if text and _exists(Path(text)):
        return Pasted(read_kernel(Path(text)))
    if _MATRIX.search(text):
        return parse_matrix(text, _OWN)
    what = f"“{shorten(printable_name(text))}”"
    fitting = ", ".join(f"{preset.key} ({preset.name})" for preset in search_presets(text))
    if fitting:
        raise KernelError(f"{what} is not the name of a kernel. Similar presets: {fitting}.")
    raise KernelError(f"{what} is neither a file nor a kernel; the presets are {preset_keys()}.")


def _to_json(filter: Filter) -> bytes:
    kernels = ",\n".join(f"    {_kernel_to_json(kernel)}" for kernel in filter.kernels)
    name = json.dumps(filter.name, ensure_ascii=False)
    return f'{{\n  "name": {name},\n  "kernels": [\n{kernels}\n  ]\n}}\n'.encode()


def _kernel_to_json(kernel: Kernel) -> str:
    name = json.dumps(kernel.name, ensure_ascii=False)
    rows = ",\n      ".join(json.dumps(row) for row in kernel.weights.tolist())
    return f'{{"name": {name}, "weights": [\n      {rows}\n    ]}}'


def _to_csv(filter: Filter) -> bytes:
    return format_matrix(filter.kernels[0], "table").replace("\t", ",").encode()


def _to_npy(filter: Filter) -> bytes:
    return to_npy(filter.kernels[0].weights)


_ENCODERS: dict[str, Callable[[Filter], bytes]] = {
    ".json": _to_json,
    ".csv": _to_csv,
    ".npy": _to_npy,
}


def _exists(path: Path) -> bool:
    try:
        os.stat(path)
    except PermissionError:
        return True  # reading it will tell
    except (OSError, ValueError):  # missing, or no name that the system takes
        return False
    return True


def _unwritten(path: Path, reason: str) -> KernelError:
    return KernelError.not_written(shorten(printable_name(path)), reason)


def _decode(name: str, data: bytes) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise kernel_error(name, "it is neither text nor a NumPy file") from error


def _weights_from_npy(name: str, data: bytes) -> npt.NDArray[np.float64]:
    try:
        shape, kind, *_ = read_npy_header(data)
        # The header first: it can promise an array far larger than the file.
        if kind.kind not in "iuf":
            raise kernel_error(name, "it does not contain real numbers")
        if len(shape) not in (1, 2):
            raise kernel_error(name, f"it has {len(shape)} dimensions instead of 2")
        check_size(name, *(shape if len(shape) == 2 else (1, shape[0])))
        array = np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)
    except KernelError:
        raise
    except Exception as error:  # a stranger's bytes: NumPy raises several kinds
        raise kernel_error(name, "the NumPy file is damaged") from error
    return np.atleast_2d(array).astype(np.float64)
