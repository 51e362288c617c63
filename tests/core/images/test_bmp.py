"""BMP files with bit masks and run lengths, written by hand as the format describes them."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.core.images import bmp
from explorer.core.images.read import decode_picture
from explorer.errors import PictureError
from tests.support.hostile_files import bmp_file

PALETTE = np.array([(200 - 10 * step, 60 + step, 5 * step) for step in range(16)], np.uint8)


def shown(data: bytes) -> np.ndarray:
    return decode_picture(data, name="x.bmp").picture


@pytest.mark.parametrize("header", [40, 52, 56, 108, 124])
@pytest.mark.parametrize(
    ("bits", "masks"),
    [
        (16, (0xF00, 0xF0, 0xF)),
        (16, (0x7C00, 0x3E0, 0x1F)),
        (16, (0xF800, 0x7E0, 0x1F)),
        (16, (0xE0, 0x1C, 0x3)),
        (32, (0x3FF00000, 0xFFC00, 0x3FF)),
        (32, (0xFF0000, 0xFF00, 0xFF)),
        (32, (0xFF, 0xFF00, 0xFF0000)),
        (32, (0xFF000000, 0xFF0000, 0xFF00)),
    ],
    ids=str,
)
def test_bit_masks(bits, masks, header):
    levels = np.random.default_rng(0).random((5, 7, 3))
    values, expected = np.zeros((5, 7), np.int64), np.empty((5, 7, 3))
    for channel, mask in enumerate(masks):
        lowest = mask & -mask
        top = mask // lowest
        stored = np.rint(levels[..., channel] * top).astype(np.int64)
        values |= stored * lowest
        expected[..., channel] = np.rint(stored * 255 / top)
    rows = values[::-1].astype(f"<u{bits // 8}")
    padded = b"".join(row.tobytes().ljust((7 * bits + 31) // 32 * 4, b"\0") for row in rows)
    np.testing.assert_array_equal(shown(bmp_file(bits, 3, padded, (7, 5), masks, header)), expected)
    upside_down = padded and b"".join(
        padded[row * len(padded) // 5 :][: len(padded) // 5] for row in range(4, -1, -1)
    )
    np.testing.assert_array_equal(
        shown(bmp_file(bits, 3, upside_down, (7, -5), masks, header)), expected
    )


def test_a_mask_for_transparency_counts_unless_all_is_transparent():
    masks = (0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    half = struct.pack("<2I", 0x80C82828, 0xFFC82828)
    assert shown(bmp_file(32, 3, half, (2, 1), masks, 56)).tolist() == [
        [[227, 147, 147], [200, 40, 40]]
    ]
    none = struct.pack("<2I", 0x00C82828, 0x00C82828)
    assert shown(bmp_file(32, 3, none, (2, 1), masks, 56)).tolist() == [[[200, 40, 40]] * 2]


def run(count: int, value: int, is_rle4: bool) -> bytes:
    return bytes((count, value << 4 | value if is_rle4 else value))


@pytest.mark.parametrize("is_rle4", [False, True], ids=["rle8", "rle4"])
def test_run_lengths_that_skip_pixels_and_end_early(is_rle4):
    as_they_are = b"\0\5\x12\x34\x50\0" if is_rle4 else b"\0\5\1\2\3\4\5\0"
    data = run(7, 3, is_rle4) + b"\0\0" + b"\0\0"  # a full row, an empty one
    data += run(2, 5, is_rle4) + b"\0\0"
    data += b"\0\2\3\1" + run(4, 6, is_rle4) + b"\0\0"  # three to the right, one up
    data += as_they_are + run(9, 7, is_rle4) + b"\0\1"  # a run longer than its row
    indices = np.zeros((7, 7), int)
    indices[6], indices[4, :2], indices[2, 3:] = 3, 5, 6
    indices[1, :5], indices[1, 5:] = (1, 2, 3, 4, 5), 7
    palette = b"".join(bytes((*colour[::-1], 0)) for colour in PALETTE.tolist())
    bits, compression = (4, 2) if is_rle4 else (8, 1)
    picture = shown(bmp_file(bits, compression, data, (7, 7), palette=palette))
    np.testing.assert_array_equal(picture, PALETTE[indices])


def test_two_colours_take_turns_in_a_run_of_rle4():
    palette = b"".join(bytes((*colour[::-1], 0)) for colour in PALETTE.tolist())
    picture = shown(bmp_file(4, 2, b"\x05\x3a\0\1", (5, 1), palette=palette))
    np.testing.assert_array_equal(picture, PALETTE[[[3, 10, 3, 10, 3]]])


def test_run_lengths_that_are_cut_or_take_too_long(monkeypatch):
    for data in (b"\x05", b"", b"\0\x05\1\2", b"\5\3"):
        with pytest.raises(PictureError, match="truncated"):
            shown(bmp_file(8, 1, data, (5, 2)))
    monkeypatch.setattr(bmp, "_MAX_CODES", 1000)
    with pytest.raises(PictureError, match="it takes too long to decode"):
        shown(bmp_file(8, 1, b"\0\2\0\0" * 2000, (5, 2)))
    with pytest.raises(PictureError, match="64 million"):
        shown(bmp_file(8, 1, b"", (8001, 8000)))


@pytest.mark.parametrize(
    ("bits", "compression", "reason"),
    [
        (0, 4, "it is a BMP file with a JPEG inside, which is not supported"),
        (0, 5, "it is a BMP file with a PNG inside, which is not supported"),
        (64, 0, "BMP files with 64 bits per pixel are not supported"),
    ],
)
def test_what_is_not_supported_has_a_name(bits, compression, reason):
    with pytest.raises(PictureError, match=reason):
        shown(bmp_file(bits, compression, bytes(64), (2, 2)))


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=80),
    st.sampled_from([(4, 2), (8, 1), (16, 3), (32, 3), (32, 6)]),
    st.tuples(*[st.integers(0, 2**32 - 1)] * 4),
)
def test_any_bytes_are_a_picture_or_refused(data, kind, masks):
    try:
        picture = shown(bmp_file(*kind, data, (3, 4), masks, 56))
    except PictureError:
        return
    assert picture.shape == (4, 3, 3)
