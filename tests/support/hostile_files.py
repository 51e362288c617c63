"""Make pictures, good and bad, for tests: every file is our own."""

import base64
import io
import os
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from tests.support.profiles import press_profile, rgb_profile

Pixels = npt.NDArray[np.uint8]

RED, GREEN, BLUE, YELLOW = (200, 40, 40), (40, 160, 60), (30, 60, 190), (220, 200, 60)

# Where the pixels of an upright picture lie in the file, by EXIF's definition of each number.
STORED_FOR_ORIENTATION: dict[int, Callable[[Pixels], Pixels]] = {
    1: lambda upright: upright,
    2: np.fliplr,
    3: lambda upright: np.rot90(upright, 2),
    4: np.flipud,
    5: lambda upright: upright.transpose(1, 0, 2),
    6: lambda upright: np.rot90(upright, 1),  # the viewer turns it clockwise
    7: lambda upright: np.rot90(upright, 2).transpose(1, 0, 2),
    8: lambda upright: np.rot90(upright, -1),
}

# `four_colours()`, encoded once with libheif's heif-enc: no Python package writes HEIC freely.
_HEIC = """
AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAa5tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAA
AAAAAA5waXRtAAAAAAACAAAAEGlkYXQAAAAAAEAAMAAAADhpbG9jAQAAAERAAAIAAQAAAAAAAAHSAAEAAAAAAAAA0wACAAEA
AAAAAAAAAQAAAAAAAAAIAAAAOGlpbmYAAAAAAAIAAAAVaW5mZQIAAAEAAQAAaHZjMQAAAAAVaW5mZQIAAAAAAgAAZ3JpZAAA
AADZaXBycAAAALdpcGNvAAAAd2h2Y0MBA3AAAAAAAAAAAAAe8AD8/fj4AAAPAyAAAQAYQAEMAf//A3AAAAMAkAAAAwAAAwAe
ugJAIQABACtCAQEDcAAAAwCQAAADAAADAB6gIIEFlurkImubgQEDAgAAAwACAAADAAIQIgABAAZEAcF3wIkAAAAUaXNwZQAA
AAAAAABAAAAAQAAAABRpc3BlAAAAAAAAAEAAAAAwAAAAEHBpeGkAAAAAAwgICAAAABppcG1hAAAAAAAAAAIAAQKBAgACAgOE
AAAAGmlyZWYAAAAAAAAADmRpbWcAAgABAAEAAADbbWRhdAAAAM8oAa8J4CM1Lf/rX//43PIeNZkdO7vwJf/n8MJ3dJ/+FSN0
fo8TzDuW74/f+MbGvkZIwv/3GsvoqQLChWGfzyoGP90j53mFh/H2Zhti4EKYhp3rsue2zmmxF79bbACwAQ/7N4ekF7CNdUKv
QKrgAACWOKRB/Cx6lZEccvaIA4UAAAWx4o4K3xAwKW+BNe8wAABTHT2A1gOgJq/DJm0Mf3B6otXnM7Ii6UJeP0EIC/RImOHy
8MhMAqMUWyYce8d9W3j/WvW7JJCReY682YVC6KA=
"""


def four_colours(height: int = 48, width: int = 64) -> Pixels:
    """Return a picture of four colours, no two of whose eight turns and flips are alike."""
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2] = RED
    pixels[: height // 2, width // 2 :] = GREEN
    pixels[height // 2 :, : width // 2] = BLUE
    pixels[height // 2 :, width // 2 :] = YELLOW
    return pixels


def noise(height: int, width: int, seed: int = 0) -> Pixels:
    """Return a picture that compresses badly."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def encode(pixels: npt.NDArray[np.generic] | Image.Image, kind: str, **options: object) -> bytes:
    """Return the bytes of a file of one of Pillow's formats."""
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def encode_oriented(upright: Pixels, orientation: int, kind: str, **options: object) -> bytes:
    """Return a file that shows `upright` once it is turned as its EXIF block says."""
    image = Image.fromarray(np.ascontiguousarray(STORED_FOR_ORIENTATION[orientation](upright)))
    exif = image.getexif()
    exif[0x0112] = orientation
    return encode(image, kind, exif=exif, **options)


def heic() -> bytes:
    """Return `four_colours()` as a phone would store it."""
    return base64.b64decode(_HEIC)


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """Return one chunk of a PNG file."""
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def png_claiming(width: int, height: int, *, bits: int = 8, data: bytes = b"") -> bytes:
    """Return a grey PNG whose header claims a size, with `data` as its compressed pixels."""
    header = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*chunk) for chunk in chunks)


def png_bomb(edge: int = 20_000) -> bytes:
    """Return a sound PNG of edge x edge pixels of one bit that takes a few dozen KB."""
    packer = zlib.compressobj(6)
    row = bytes(1 + (edge + 7) // 8)
    rows = b"".join(packer.compress(row * 100) for _ in range(edge // 100))
    return png_claiming(edge, edge, bits=1, data=rows + packer.flush())


def jpeg_claiming(width: int, height: int) -> bytes:
    """Return a small JPEG whose header claims another size."""
    data = bytearray(encode(four_colours(), "JPEG"))
    place = data.index(b"\xff\xc0") + 5  # start of frame: length, bits, then the size
    data[place : place + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def gif_claiming(width: int, height: int) -> bytes:
    """Return a small GIF whose screen claims another size."""
    data = bytearray(encode(four_colours(), "GIF"))
    data[6:10] = struct.pack("<HH", width, height)
    return bytes(data)


def bmp_claiming(width: int, height: int) -> bytes:
    """Return a small BMP whose header claims another size."""
    data = bytearray(encode(four_colours(), "BMP"))
    data[18:26] = struct.pack("<ii", width, height)
    return bytes(data)


def film() -> bytes:
    """Return the beginning of an MP4 film."""
    return struct.pack(">I", 24) + b"ftypisom\0\0\2\0isommp41" + struct.pack(">I", 8) + b"mdat"


def refused_files() -> dict[str, tuple[bytes, str]]:
    """Return files that no one can open: by name, their bytes and words of the sentence."""
    photo = encode(noise(60, 80), "JPEG")
    return {
        "empty.jpg": (b"", "the file is empty"),
        "one byte.jpg": (b"\xff", "its format is not supported"),
        "text.jpg": (b"Milk, eggs, bread\n", "its format is not supported"),
        "page.jpg": (b"<!DOCTYPE html><html><body>404</body></html>", "saved web page"),
        "half.jpg": (photo[: len(photo) // 2], "the file is truncated"),
        "no end.jpg": (photo[:-2], "the file is truncated"),
        "film.jpg": (film(), "it is a video"),
        "drawing.svg.jpg": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "it is an SVG drawing"),
        "document.jpg": (b"%PDF-1.7\n", "it is a PDF document"),
        "huge.png": (png_claiming(30_000, 30_000), "more than 64 million pixels"),
    }


def make_files(folder: Path, *names: str) -> Path:
    """Put a picture at each path below a folder; other files get a line of text."""
    picture = encode(four_colours(), "JPEG")
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture if path.suffix in (".jpg", ".png", "") else b"some text\n")
    return folder


def write_refused_files(folder: Path) -> dict[Path, str]:
    """Write `refused_files` into a folder; return words of the sentence for each path."""
    words: dict[Path, str] = {}
    for name, (data, reason) in refused_files().items():
        path = folder / name
        path.write_bytes(data)
        words[path] = reason
    return words


def bmp_file(
    bits: int,
    compression: int,
    data: bytes,
    size: tuple[int, int],
    masks: tuple[int, ...] = (),
    header: int = 40,
    palette: bytes = b"",
) -> bytes:
    """Return a BMP file of rows as they are given, with a header of so many bytes."""
    info = struct.pack(
        "<IiiHHIIiiII", header, *size, 1, bits, compression, 0, 0, 0, len(palette) // 4, 0
    )
    extra = struct.pack(f"<{len(masks)}I", *masks)
    extra = (extra if header == 40 else extra.ljust(header - 40, b"\0")) + palette
    start = 14 + 40 + len(extra)
    return b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start) + info + extra + data


@cache
def every_kind() -> dict[str, bytes]:
    """Return a small file of every format that opens, in every variant worth breaking."""
    import cv2
    import tifffile

    def tiff(values: npt.NDArray[np.generic], **options: object) -> bytes:
        buffer = io.BytesIO()
        tifffile.imwrite(buffer, values, **options)
        return buffer.getvalue()

    pixels = noise(24, 32)
    image = Image.fromarray(pixels)
    frames = {"save_all": True, "append_images": [image.rotate(180), image.rotate(90)]}
    floats = pixels.astype(np.float32) / 255
    deep = pixels.astype(np.uint16) * 257
    inks = [(100 - 6 * number, 0, 0) for number in range(16)]
    return {
        "jpeg": encode_oriented(pixels, 6, "JPEG"),
        "progressive jpeg": encode(image, "JPEG", progressive=True),
        "cmyk jpeg": encode(image.convert("CMYK"), "JPEG"),
        "grey jpeg": encode(image.convert("L"), "JPEG"),
        "jpeg with a profile": encode(image, "JPEG", icc_profile=rgb_profile()),
        "press jpeg": encode(image.convert("CMYK"), "JPEG", icc_profile=press_profile(inks)),
        "mpo": encode(image, "MPO", save_all=True, append_images=[image]),
        "png": encode_oriented(pixels, 8, "PNG"),
        "png with alpha": encode(image.convert("RGBA"), "PNG"),
        "palette png": encode(image.quantize(8), "PNG", transparency=3),
        "16-bit png": encode(deep[..., 0], "PNG"),
        "animated png": encode(image, "PNG", **frames),
        "gif": encode(image, "GIF"),
        "animated gif": encode(image, "GIF", **frames),
        "bmp": encode(image, "BMP"),
        "palette bmp": encode(image.quantize(16), "BMP"),
        "tiff": encode(image, "TIFF"),
        "lzw tiff": encode(image, "TIFF", compression="tiff_lzw"),
        "jpeg tiff": encode(image, "TIFF", compression="jpeg"),
        "fax tiff": encode(image.convert("1"), "TIFF", compression="group4"),
        "cmyk tiff": encode(image.convert("CMYK"), "TIFF"),
        "pages tiff": encode(image, "TIFF", **frames),
        "grey float tiff": tiff(floats[..., 0]),
        "colour float tiff": tiff(floats, photometric="rgb"),
        "lzw float tiff": cv2.imencode(".tif", floats)[1].tobytes(),
        "16-bit tiff": tiff(deep, photometric="rgb"),
        "webp": encode_oriented(pixels, 3, "WEBP"),
        "lossless webp": encode(image, "WEBP", lossless=True),
        "animated webp": encode(image, "WEBP", **frames),
        "avif": encode(image, "AVIF"),
        "jpeg 2000": encode(image, "JPEG2000"),
        "ico": encode(image, "ICO", sizes=[(16, 16), (24, 24)]),
        "ppm": encode(image, "PPM"),
        "heic": heic(),
    }


@contextmanager
def as_nobody() -> Iterator[None]:
    """Be a user without special rights for a while, since root may read everything.

    Use it with the fixture `open_folder`: pytest's own temporary folders are closed to others.
    """
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
