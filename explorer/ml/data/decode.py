"""Decode the samples of a dataset once, for this run and the next ones."""

import hashlib
import json
import math
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import BinaryIO, TypeVar

import numpy as np
import numpy.typing as npt

from explorer.core.datasets.dataset import Sample
from explorer.core.images import read
from explorer.core.images.read import Picture, decode_picture, read_picture_bytes, resize_picture
from explorer.core.models.card import RESIZE_RULE
from explorer.errors import ExplorerError, PictureError, reason_of
from explorer.ml.data.cache import DecodedCache, check_room, map_pictures

_LIBRARIES = ("pillow", "pi-heif", "simplejpeg", "imagecodecs", "numpy")
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
        Each file left out, and the reason.
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
    decoder = _Decoder(samples, classes, size, report)
    if cache is None:
        return decoder.decode_unkept()
    kept = DecodedCache(cache)
    contents = decoder.read_contents()
    found = kept.find(decoder.make_key(contents))
    if found is not None:
        return decoder.assemble(contents, *found)
    with suppress(OSError):
        return decoder.decode_and_keep(kept)
    return decoder.decode_unkept()


@dataclass(frozen=True)
class _Decoder:
    samples: Sequence[Sample]
    classes: Sequence[str]
    size: tuple[int, int]
    report: Report

    def read_contents(self) -> list[_Content]:
        contents = []
        for content in _map_in_threads(_read_content, self.samples):
            contents.append(content)
            self.report("reading", len(contents))
        return contents

    def decode_and_keep(self, cache: DecodedCache) -> DecodedSamples:
        with cache.new_file(self._byte_count) as file:
            with file.open("xb") as stream:
                contents, failures, checksum = self._decode_into(stream)
            pictures = cache.adopt(
                file,
                # A file may have changed since it was read first: the key tells what was decoded.
                self.make_key(contents),
                shape=self._shape(failures),
                checksum=checksum,
                failures=failures,
                data_hash=self._hash_data(contents, failures),
            )
        return self.assemble(contents, failures, pictures)

    def decode_unkept(self) -> DecodedSamples:
        try:
            check_room(Path(tempfile.gettempdir()), self._byte_count)
            with tempfile.TemporaryFile(prefix="convnet-explorer-") as stream:
                contents, failures, _ = self._decode_into(stream)
                stream.flush()
                pictures = map_pictures(stream, self._shape(failures))
        except OSError as error:
            folder = Path(tempfile.gettempdir())
            free = shutil.disk_usage(folder).free
            raise ExplorerError(
                f"The decoded pictures take {self._byte_count / 1e6:,.0f} MB. They could be "
                f"written neither to the cache nor to “{folder}”, where {free / 1e6:,.0f} MB are "
                f"free ({reason_of(error)}): free some space, or use --limit."
            ) from error
        return self.assemble(contents, failures, pictures)

    @property
    def _byte_count(self) -> int:
        return math.prod(self._shape({}))

    def _shape(self, failures: Mapping[int, str]) -> tuple[int, int, int, int]:
        return (len(self.samples) - len(failures), *self.size, 3)

    def _decode_into(self, stream: BinaryIO) -> tuple[list[_Content], dict[int, str], int]:
        """Write the pixels of every sample that gives some; return their CRC-32, too.

        They are written, not put into a map: on a full disk that would be a signal, not an error.
        """
        contents: list[_Content] = []
        failures: dict[int, str] = {}
        checksum = 0
        for content, pixels in _map_in_threads(self._decode, self.samples):
            if isinstance(pixels, str):
                failures[len(contents)] = pixels
            else:
                data = pixels.tobytes()
                stream.write(data)
                checksum = zlib.crc32(data, checksum)
            contents.append(content)
            self.report("decoding", len(contents))
        return contents, failures, checksum

    def _decode(self, sample: Sample) -> tuple[_Content, Picture | str]:
        """Return what a file held, and its pixels or the reason why it gave none."""
        try:
            data = read_picture_bytes(sample.path)
        except PictureError as error:
            return _Content(refusal=error.reason), error.reason
        content = _identify(data)
        try:
            picture = decode_picture(data, name=sample.path.name, path=sample.path).picture
        except PictureError as error:
            return content, error.reason
        return content, resize_picture(picture, self.size)

    def make_key(self, contents: Sequence[_Content]) -> str:
        """Return a name for all that decides the pixels."""
        facts = {
            "decoder": [_hash_decoder(), *map(_version_of, _LIBRARIES)],
            "resize_rule": RESIZE_RULE,
            "size": self.size,
            "files": [
                [str(sample.path.absolute()), content.size, content.digest, content.refusal]
                for sample, content in zip(self.samples, contents, strict=True)
            ],
        }
        return hashlib.sha256(json.dumps(facts).encode("ascii")).hexdigest()

    def assemble(
        self,
        contents: Sequence[_Content],
        failures: Mapping[int, str],
        pictures: npt.NDArray[np.uint8],
    ) -> DecodedSamples:
        samples = self.samples
        index = {name: number for number, name in enumerate(self.classes)}
        kept = [place for place in range(len(samples)) if place not in failures]
        return DecodedSamples(
            samples=tuple(samples[place] for place in kept),
            pictures=pictures,
            labels=np.array([index[samples[place].label or ""] for place in kept], dtype=np.int64),
            digests=tuple(contents[place].digest for place in kept),
            failures=tuple((samples[place].path, failures[place]) for place in sorted(failures)),
            data_hash=self._hash_data(contents, failures),
            labels_hash=_hash_labels(samples[place] for place in kept),
        )

    def _hash_data(self, contents: Sequence[_Content], failures: Mapping[int, str]) -> str:
        manifest = hashlib.sha256()
        for place, (sample, content) in enumerate(zip(self.samples, contents, strict=True)):
            if place not in failures:
                line = f"{sample.path.name} {content.size} {content.digest}\n"
                # Not every file's name is valid text.
                manifest.update(line.encode("utf-8", "surrogatepass"))
        return manifest.hexdigest()


def _read_content(sample: Sample) -> _Content:
    try:
        return _identify(read_picture_bytes(sample.path))
    except PictureError as error:
        return _Content(refusal=error.reason)


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


@cache
def _hash_decoder() -> str:
    """Return a hash of the decoder's own code: where it gives other pixels, it has changed."""
    files = sorted(Path(read.__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _version_of(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _hash_labels(samples: Iterable[Sample]) -> str:
    manifest = hashlib.sha256()
    for sample in samples:
        # What stands for a test set is in the cards of earlier runs.
        split = sample.split if sample.split == "validation" else sample.split == "test"
        line = f"{sample.label} {split}\n"
        manifest.update(line.encode("utf-8", "surrogatepass"))
    return manifest.hexdigest()
