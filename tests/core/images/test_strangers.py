"""What cannot be opened as a picture is called by its name, whatever its file is called."""

import gzip
import io
import json
import tarfile
import zipfile

import pytest

from explorer.core.images.read import decode_picture
from explorer.errors import PictureError
from tests.support.hostile_files import encode, film, noise, png_chunk


def zipped(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, "x")
    return buffer.getvalue()


def tarred() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("cat.jpg"))
    return buffer.getvalue()


PNG = encode(noise(8, 8), "PNG")
JPEG = encode(noise(8, 8), "JPEG")

NAMES = {
    "JPEG XL": (b"\xff\x0a\xfa\x1f", "JPEG XL"),
    "JPEG XL in a box": (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
    "Photoshop": (b"8BPS\0\1", "Photoshop"),
    "large Photoshop": (b"8BPS\0\2", "Photoshop"),
    "DICOM": (bytes(128) + b"DICM", "DICOM"),
    "FITS": (b"SIMPLE  =                    T", "FITS"),
    "OpenEXR": (b"\x76\x2f\x31\x01\2\0\0\0", "OpenEXR"),
    "Radiance": (b"#?RADIANCE\n", "Radiance"),
    "Canon CR2": (b"II*\0\x10\0\0\0CR\2\0", "raw photo"),
    "Canon CR3": (b"\0\0\0\x18ftypcrx \0\0\0\1crx isom", "raw photo"),
    "Fujifilm RAF": (b"FUJIFILMCCD-RAW 0201", "raw photo"),
    "Olympus ORF": (b"IIRO\x08\0\0\0", "raw photo"),
    "Panasonic RW2": (b"IIU\0\x18\0\0\0", "raw photo"),
    "iPhone PNG": (PNG[:8] + png_chunk(b"CgBI", b"P\0 \6") + PNG[8:], "Xcode"),
    "PNG without returns": (PNG.replace(b"\r\n", b"\n"), "transfer as text"),
    "PNG with more returns": (PNG.replace(b"\n", b"\r\n"), "transfer as text"),
    "PNG of 7 bits": (bytes(byte & 127 for byte in PNG), "transfer as text"),
    "PNG in UTF-8": (PNG.decode("utf-8", "replace").encode(), "transfer as text"),
    "JPEG in UTF-8": (JPEG.decode("utf-8", "replace").encode(), "transfer as text"),
    "JPEG from Latin-1": (JPEG.decode("latin-1").encode(), "transfer as text"),
    "zip": (zipped("train/cat.0.jpg"), "a zip archive; unpack it first"),
    "Word": (zipped("[Content_Types].xml"), "Office document"),
    "tar": (tarred(), "archive; unpack it first"),
    "gzip": (gzip.compress(PNG), "compressed"),
    "Git LFS": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull"),
    "JSON": (json.dumps({"error": 404}).encode(), "JSON"),
    "JSON list": (json.dumps([1, 2], indent=2).encode(), "JSON"),
    "data URL": (b"data:image/jpeg;base64,/9j/4AAQSkZJRg==", "data: URL"),
    "Base64": (b"/9j/4AAQSkZJRgABAQEAYABgAAD/2wBDAAgGBgcGBQgHBwcJCQ", "Base64"),
    "XML": (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "XML"),
    "SVG": (b"<!-- made by hand --><svg>", "SVG"),
    "PDF": (b"%PDF-1.4", "PDF"),
    "PostScript": (b"%!PS-Adobe-3.0 EPSF-3.0", "PostScript"),
    "web page": (b"<body>", "web page"),
    "MP4": (film(), "video"),
    "MP4 of another brand": (b"\0\0\0\x18ftypXAVC\1\0\x1f\xffXAVCmp42", "video"),
    "QuickTime without a brand": (b"\0\0\0\x08wide\0\0\0\0mdat", "video"),
    "AVI": (b"RIFF\0\0\0\0AVI LIST", "video"),
    "WebM": (b"\x1a\x45\xdf\xa3webm", "video"),
    "sound": (b"RIFF\0\0\0\0WAVEfmt ", "audio file"),
    "Thumbs.db": (bytes.fromhex("d0cf11e0a1b11ae1"), "Thumbs.db"),
    "AppleDouble": (b"\0\5\x16\7\0\2\0\0Mac OS X", "macOS"),
    "zeros": (bytes(5000), "nothing but zeros"),
}


@pytest.mark.parametrize("kind", NAMES)
def test_strangers_are_named(kind):
    data, words = NAMES[kind]
    for more in (b"", bytes(64)):
        with pytest.raises(PictureError) as caught:
            decode_picture(data + more, name="cat.jpg")
        assert words in caught.value.reason
        assert "damaged or truncated" not in caught.value.reason


@pytest.mark.parametrize(
    "text", [b"The wide road", b"[1] a note", b"{ braces }", b"PNG is a format", b"\xc4\xd6\xdc"]
)
def test_other_files_are_not_given_a_wrong_name(text):
    with pytest.raises(PictureError, match="its format is not supported"):
        decode_picture(text, name="cat.jpg")
