"""Write what the Filter page shows: as displayed, or the raw values."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from explorer.core.files.names import printable_name
from explorer.core.files.writing import write_atomically
from explorer.core.filters.display import Shown
from explorer.core.images import read as pictures
from explorer.core.images.npy import to_npy
from explorer.core.images.read import MAX_FILE_BYTES
from explorer.errors import PictureError, reason_of

Response = npt.NDArray[np.float32]
Values = npt.NDArray[np.generic]


@dataclass(frozen=True)
class PictureKind:
    """A file format for a result.

    Attributes
    ----------
    key : str
        What `write_picture` calls it.
    name : str
        For the user: "PNG, 8-bit, as displayed".
    suffixes : tuple of str
        Its file suffixes; the usual one first.
    values : function
        Takes the response as displayed and the raw response; returns what the file holds.
    """

    key: str
    name: str
    suffixes: tuple[str, ...]
    values: Callable[[Shown, Response], Values]

    @property
    def suffix(self) -> str:
        """The usual suffix of its files."""
        return self.suffixes[0]

    def encode(self, shown: Shown, response: Response) -> bytes:
        """Return the bytes of the file."""
        return _encode(self.suffix, self.values(shown, np.asarray(response, np.float32)))


def write_picture(path: Path, shown: Shown, response: Response, kind: str | None = None) -> None:
    """Write a result atomically, so that `read_picture` can open it.

    Parameters
    ----------
    path : Path
        With a suffix of that kind.
    shown : Shown
        The response as displayed.
    response : (height, width) or (height, width, 3) float32
    kind : str, optional
        "png-8" as displayed, "png-16" with 0-65535 over the displayed range (never in the colours
        of the diverging map), "tiff" with the response as float32, "npy" the same for NumPy. By
        default the suffix decides; other picture formats are written as displayed.

    Raises
    ------
    PictureError
        One sentence naming the file and the reason.
    """
    chosen = _find_kind(path, kind)
    if chosen is None:
        pictures.write_picture(path, shown.pixels)
        return
    try:
        data = chosen.encode(shown, response)
        if len(data) > MAX_FILE_BYTES:
            limit = f"{MAX_FILE_BYTES // 1_000_000} MB"
            raise _refusal(
                path, f"it would exceed {limit}, the largest file that can be opened again"
            )
        write_atomically(path, data)
    except (OSError, ValueError) as error:
        raise _refusal(path, reason_of(error)) from error
    except cv2.error as error:
        raise _refusal(path, "the format cannot hold a picture of this size") from error


def holds_raw_values(path: Path) -> bool:
    """Say whether `write_picture` writes the response to a file of this name, not what is shown."""
    kind = _find_kind(path, None)
    return kind is not None and kind.values is _raw


def write_png(path: Path, pixels: npt.NDArray[np.uint8]) -> None:
    """Write a grey (height, width) or RGB (height, width, 3) picture as a PNG file.

    Raises
    ------
    PictureError
        One sentence naming the file and the reason.
    """
    _check_suffix(path, "PNG", (".png",))
    pictures.write_picture(path, pixels)


def _find_kind(path: Path, key: str | None) -> PictureKind | None:
    if key is None:
        ending = path.suffix.lower()
        return next((kind for kind in KINDS if ending in kind.suffixes), None)
    kind = {kind.key: kind for kind in KINDS}[key]
    _check_suffix(path, kind.name.partition(",")[0], kind.suffixes)
    return kind


def _check_suffix(path: Path, format: str, suffixes: tuple[str, ...]) -> None:
    if path.suffix.lower() not in suffixes:
        raise _refusal(path, f"the name of a {format} file must end in “{suffixes[0]}”")


def _refusal(path: Path, reason: str) -> PictureError:
    return PictureError.not_written(printable_name(path), reason)


def _raw(_: Shown, response: Response) -> Values:
    return response


def _to_16_bits(shown: Shown, response: Response) -> Values:
    values = np.abs(response) if shown.display == "abs" else response
    span = (shown.high - shown.low) or 1.0
    levels = np.empty(values.shape, np.uint16)
    for row, line in enumerate(values):  # one at a time, for float64 takes much memory
        scaled = (line.astype(np.float64) - shown.low) / span * 65535
        levels[row] = np.rint(np.clip(np.nan_to_num(scaled, nan=0.0), 0, 65535))
    return levels


def _encode(suffix: str, values: Values) -> bytes:
    if suffix == ".npy":
        return to_npy(values)
    if values.ndim == 3:
        values = values[..., ::-1]  # OpenCV's order is blue, green, red
    options = [cv2.IMWRITE_TIFF_COMPRESSION, 1] if suffix == ".tiff" else []  # 1 is none at all
    _, data = cv2.imencode(suffix, np.ascontiguousarray(values), options)
    return data.tobytes()


KINDS: tuple[PictureKind, ...] = (
    PictureKind("png-8", "PNG, 8-bit, as displayed", (".png",), lambda shown, _: shown.pixels),
    PictureKind("png-16", "PNG, 16-bit, the displayed range", (".png",), _to_16_bits),
    PictureKind("tiff", "TIFF, raw values (float32)", (".tiff", ".tif"), _raw),
    PictureKind("npy", "NumPy, raw values (float32)", (".npy",), _raw),
)
