"""Decode the samples of a dataset once, for this run and the next ones."""

import hashlib
import json
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import BinaryIO, TypeVar

import numpy as np
import numpy.typing as npt

from explorer.core.datasets.scan import Sample
from explorer.core.images.read import Picture, decode_picture, read_picture_bytes, resize_picture
from explorer.core.models.run_folder import RESIZE_RULE
from explorer.errors import ExplorerError, PictureError
from explorer.ml.data.cache import DecodedCache, check_room, map_pictures

DECODER_VERSION = 1
"""To be raised whenever `decode_picture` or `resize_picture` comes to give other pixels."""

_BLOCK = 256

Report = Callable[[str, int], None]

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class DecodedSamples:
    """Every readable sample as pixels, decoded once.

    Attributes
    ----------
    samples : tuple of Sample
        The readable ones, in their first order.
    pictures : (samples, height, width, 3) uint8
        Memory-mapped, read-only.
    labels : (samples,) int64
        The index of each sample's class.
    digests : tuple of str
        The SHA-256 of each sample's file.
    failures : tuple of (Path, str)
        Each file left out, and the sentence that says why.
    data_hash : str
        SHA-256 over name, size and content hash of each file, in order.
    labels_hash : str
        SHA-256 over the label of each file and whether its folder holds it back.
    """

    samples: tuple[Sample, ...]
    pictures: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]
    digests: tuple[str, ...]
    failures: tuple[tuple[Path, str], ...]
    data_hash: str
    labels_hash: str

    @property
    def hashes(self) -> dict[str, str]:
        """Both hashes, by their names."""
        return {"data_hash": self.data_hash, "labels_hash": self.labels_hash}


@dataclass(frozen=True)
class _Content:
    """What a file held: its size in bytes and SHA-256, or why it could not be read."""

    size: int = 0
    digest: str = ""
    refusal: str = ""


@dataclass(frozen=True)
class _Decoding:
    """What one pass over all files gave, besides the pixels that it wrote.

    Attributes
    ----------
    contents : list of _Content
        Of every sample.
    failures : dict of int to str
        The sentence for each sample that gave no pixels, by its place.
    checksum : int
        The CRC-32 of all pixels.
    """

    contents: list[_Content]
    failures: dict[int, str]
    checksum: int


def decode_samples(
    samples: Sequence[Sample],
    classes: Sequence[str],
    size: tuple[int, int],
    report: Report = lambda step, done: None,
    *,
    cache: Path | None,
) -> DecodedSamples:
    """Decode and resize every sample once, with the program's own decoder.

    What was decoded is kept in `cache`. When the same files come again, they are only read and
    compared by their SHA-256. Where the folder cannot be used, or is None, the pixels lie in a file
    without a name that is gone when the array is.

    Parameters
    ----------
    samples : sequence of Sample
        Labelled.
    classes : sequence of str
        The labels in the order of the model's outputs.
    size : (int, int)
        Height and width to bring each picture to, in pixels.
    report : callable
        Told the step, "reading" or "decoding", and how many files of it are done.
    cache : Path or None
        The folder to keep decoded pictures in.

    Raises
    ------
    ExplorerError
        There is no room for the pixels anywhere.
    """
    if cache is None:
        return _decode_unkept(samples, classes, size, report)
    kept = DecodedCache(cache)
    contents = []
    for done, content in enumerate(_map_in_threads(_read_content, samples), start=1):
        contents.append(content)
        report("reading", done)
    entry = kept.find(_make_key(samples, contents, size))
    if entry is not None:
        return _assemble(samples, classes, contents, entry.failures, entry.pictures)
    with suppress(OSError):
        return _decode_and_keep(kept, samples, classes, size, report)
    return _decode_unkept(samples, classes, size, report)


def _decode_and_keep(
    cache: DecodedCache,
    samples: Sequence[Sample],
    classes: Sequence[str],
    size: tuple[int, int],
    report: Report,
) -> DecodedSamples:
    with cache.new_file(_count_bytes(samples, size)) as file:
        with file.open("xb") as stream:
            decoding = _decode_into(stream, samples, size, report)
        contents, failures = decoding.contents, decoding.failures
        pictures = cache.adopt(
            file,
            # A file may have changed since it was read first: the key tells what was decoded.
            _make_key(samples, contents, size),
            shape=(len(samples) - len(failures), *size, 3),
            checksum=decoding.checksum,
            failures=failures,
            data_hash=_hash_data(samples, contents, failures),
        )
    return _assemble(samples, classes, contents, failures, pictures)


def _decode_unkept(
    samples: Sequence[Sample], classes: Sequence[str], size: tuple[int, int], report: Report
) -> DecodedSamples:
    byte_count = _count_bytes(samples, size)
    try:
        check_room(Path(tempfile.gettempdir()), byte_count)
        with tempfile.TemporaryFile(prefix="convnet-explorer-") as stream:
            decoding = _decode_into(stream, samples, size, report)
            stream.flush()
            shape = (len(samples) - len(decoding.failures), *size, 3)
            pictures = map_pictures(stream, shape)
    except OSError as error:
        raise ExplorerError(
            f"The decoded pictures take {byte_count / 1e6:,.0f} MB, which could not be written "
            f"({error.strerror or error})."
        ) from error
    return _assemble(samples, classes, decoding.contents, decoding.failures, pictures)


def _count_bytes(samples: Sequence[Sample], size: tuple[int, int]) -> int:
    return len(samples) * size[0] * size[1] * 3


def _decode_into(
    stream: BinaryIO, samples: Sequence[Sample], size: tuple[int, int], report: Report
) -> _Decoding:
    """Write the pixels of every sample that gives some, one after the other.

    They are written, not put into a map: on a full disk that would be a signal, not an error.
    """
    contents: list[_Content] = []
    failures: dict[int, str] = {}
    checksum = 0

    def decode(sample: Sample) -> tuple[_Content, Picture | str]:
        return _decode(sample, size)

    for content, pixels in _map_in_threads(decode, samples):
        if isinstance(pixels, str):
            failures[len(contents)] = pixels
        else:
            data = pixels.tobytes()
            stream.write(data)
            checksum = zlib.crc32(data, checksum)
        contents.append(content)
        report("decoding", len(contents))
    return _Decoding(contents, failures, checksum)


def _decode(sample: Sample, size: tuple[int, int]) -> tuple[_Content, Picture | str]:
    """Return what a file held, and its pixels or the sentence that says why it gave none."""
    try:
        data = read_picture_bytes(sample.path)
    except PictureError as error:
        return _Content(refusal=error.sentence), error.sentence
    content = _identify(data)
    try:
        picture = decode_picture(data, name=sample.path.name, path=sample.path).picture
    except PictureError as error:
        return content, error.sentence
    return content, resize_picture(picture, size)


def _read_content(sample: Sample) -> _Content:
    try:
        return _identify(read_picture_bytes(sample.path))
    except PictureError as error:
        return _Content(refusal=error.sentence)


def _identify(data: bytes) -> _Content:
    return _Content(len(data), hashlib.sha256(data).hexdigest())


def _map_in_threads(
    function: Callable[[Sample], _Result], samples: Sequence[Sample]
) -> Iterator[_Result]:
    """Yield the results in order.

    Block by block, so that few pictures wait in memory, and few are finished in vain after an
    interrupt.
    """
    with ThreadPoolExecutor() as pool:
        for start in range(0, len(samples), _BLOCK):
            yield from pool.map(function, samples[start : start + _BLOCK])


def _make_key(
    samples: Sequence[Sample], contents: Sequence[_Content], size: tuple[int, int]
) -> str:
    """Return a name for all that decides the pixels."""
    facts = {
        "decoder": [DECODER_VERSION, *map(_version_of, ("pillow", "pi-heif"))],
        "resize_rule": RESIZE_RULE,
        "size": size,
        "files": [
            [str(sample.path.absolute()), content.size, content.digest, content.refusal]
            for sample, content in zip(samples, contents, strict=True)
        ],
    }
    return hashlib.sha256(json.dumps(facts).encode("ascii")).hexdigest()


def _version_of(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _hash_data(
    samples: Sequence[Sample], contents: Sequence[_Content], failures: Mapping[int, str]
) -> str:
    manifest = hashlib.sha256()
    for place, (sample, content) in enumerate(zip(samples, contents, strict=True)):
        if place not in failures:
            line = f"{sample.path.name} {content.size} {content.digest}\n"
            # Not every file's name is valid text.
            manifest.update(line.encode("utf-8", "surrogatepass"))
    return manifest.hexdigest()


def _hash_labels(samples: Iterable[Sample]) -> str:
    manifest = hashlib.sha256()
    for sample in samples:
        line = f"{sample.label} {sample.is_predefined_test}\n"
        manifest.update(line.encode("utf-8", "surrogatepass"))
    return manifest.hexdigest()


def _assemble(
    samples: Sequence[Sample],
    classes: Sequence[str],
    contents: Sequence[_Content],
    failures: Mapping[int, str],
    pictures: npt.NDArray[np.uint8],
) -> DecodedSamples:
    index = {name: number for number, name in enumerate(classes)}
    kept = [place for place in range(len(samples)) if place not in failures]
    return DecodedSamples(
        samples=tuple(samples[place] for place in kept),
        pictures=pictures,
        labels=np.array([index[samples[place].label or ""] for place in kept], dtype=np.int64),
        digests=tuple(contents[place].digest for place in kept),
        failures=tuple((samples[place].path, failures[place]) for place in sorted(failures)),
        data_hash=_hash_data(samples, contents, failures),
        labels_hash=_hash_labels(samples[place] for place in kept),
    )
