"""Whatever happens to a picture file, it opens or is refused: nothing else, and never half."""

import io
import random

import numpy as np
import pytest
import tifffile

from explorer.core.images.read import decode_picture
from explorer.errors import PictureError
from tests.support.hostile_files import bmp_file, encode, every_kind, noise

# Pillow reports oddities that it copes with; as errors they would hide what happens next.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::RuntimeWarning")


def deep_and_odd() -> dict[str, bytes]:
    """Return files of kinds that Pillow does not read, or wrongly."""
    pixels = noise(24, 32)
    deep = pixels.astype(np.uint16) * 257
    rows = deep.view(np.uint8)[:, :, :4]  # any bytes: as pixels of 32 bits

    def tiff(values: np.ndarray, **options: object) -> bytes:
        buffer = io.BytesIO()
        tifffile.imwrite(buffer, values, metadata=None, **options)
        return buffer.getvalue()

    def npy(values: np.ndarray) -> bytes:
        buffer = io.BytesIO()
        np.save(buffer, values)
        return buffer.getvalue()

    runs = b"\x20\x05\0\0\0\5\1\2\3\4\5\0\x1b\7\0\0" * 12 + b"\0\1"
    planes = np.ascontiguousarray(np.moveaxis(deep, 2, 0))
    return {
        "planes tiff": tiff(planes, photometric="rgb", planarconfig="separate"),
        "big tiff": tiff(deep[..., 0], bigtiff=True, byteorder=">"),
        "12-bit tiff": tiff(deep[..., 0] >> 4, bitspersample=12),
        "tiled zstd tiff": tiff(deep, photometric="rgb", tile=(16, 16), compression="zstd"),
        "planes jpeg tiff": tiff(
            (planes >> 8).astype(np.uint8),
            photometric="rgb",
            planarconfig="separate",
            compression="jpeg",
        ),
        "bit mask bmp": bmp_file(32, 3, rows.tobytes(), (32, 24), (0x3FF00000, 0xFFC00, 0x3FF)),
        "run length bmp": bmp_file(8, 1, runs, (32, 24), palette=bytes(range(256))),
        "pfm": b"PF 32 24 -1\n" + pixels.astype("<f4").tobytes(),
        "npy": npy(deep),
    }


FILES = every_kind() | deep_and_odd()


def decode_or_refuse(data: bytes, draft_edge: int | None = None) -> np.ndarray | str:
    """Return the picture, or the sentence with which the file was refused."""
    try:
        picture = decode_picture(data, name="x.jpg", draft_edge=draft_edge).picture
    except PictureError as error:
        return error.sentence
    assert picture.dtype == np.uint8
    assert picture.ndim == 3
    assert picture.shape[2] == 3
    return picture


def damage(data: bytes, dice: random.Random) -> bytes:
    """Cut, flip, overwrite, insert or splice at random."""
    place = dice.randrange(len(data))
    kind = dice.choice(["cut", "flip a bit", "flip", "header", "insert", "zeros", "splice"])
    if kind == "cut":
        return data[:place]
    if kind == "insert":
        return data[:place] + dice.randbytes(dice.randrange(1, 100)) + data[place:]
    if kind == "splice":
        other = dice.choice(list(FILES.values()))
        return data[:place] + other[dice.randrange(len(other)) :]
    damaged = bytearray(data)
    if kind == "flip a bit":
        damaged[place] ^= 1 << dice.randrange(8)
    elif kind == "zeros":
        damaged[place : place + 40] = bytes(40)
    else:
        end = min(len(data), 120) if kind == "header" else len(data)
        for _ in range(dice.randrange(1, 10)):
            damaged[dice.randrange(end)] = dice.choice([0, 1, 127, 128, 255, dice.randrange(256)])
    return bytes(damaged)


@pytest.mark.parametrize("kind", FILES)
def test_damaged_files_open_or_are_refused(kind):
    assert isinstance(decode_or_refuse(FILES[kind]), np.ndarray)
    dice = random.Random(kind)
    answers = [
        decode_or_refuse(damage(FILES[kind], dice), draft_edge=dice.choice([None, 16]))
        for _ in range(40)
    ]
    sentences = [answer for answer in answers if isinstance(answer, str)]
    assert sentences, "the damage does no harm: make it worse"
    assert all(sentence.startswith("“x.jpg” was not opened: ") for sentence in sentences)


@pytest.mark.parametrize("kind", FILES)
def test_cut_files_are_refused_or_show_every_pixel(kind):
    whole = FILES[kind]
    picture = decode_or_refuse(whole)
    dice = random.Random(kind)
    lengths = {*dice.sample(range(len(whole)), 50), *range(len(whole) - 24, len(whole))}
    answers = [decode_or_refuse(whole[:length]) for length in sorted(lengths)]
    assert any(isinstance(answer, str) for answer in answers)
    for answer in answers:
        if isinstance(answer, np.ndarray):
            np.testing.assert_array_equal(answer, picture)


def test_jpeg_2000_cut_anywhere_is_refused():
    # The decoder takes a picture without any data for a grey one.
    whole = encode(noise(8, 8), "JPEG2000")
    assert isinstance(decode_or_refuse(whole), np.ndarray)
    answers = [decode_or_refuse(whole[:length]) for length in range(len(whole))]
    assert all(isinstance(answer, str) for answer in answers)
