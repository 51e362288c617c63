"""JPEG files open whole or are refused, however they were damaged; sound oddities open."""

import io

import numpy as np
import pytest
from PIL import Image

from explorer.core.datasets.dataset import Sample
from explorer.core.images.read import decode_picture, read_picture, read_thumbnail
from explorer.errors import PictureError
from explorer.ml.data.decode import decode_samples
from tests.support.hostile_files import encode, noise

END = b"\xff\xd9"
KINDS = {
    "plain": {},
    "progressive": {"progressive": True},
    "restarts": {"restart_marker_blocks": 3},
    "full chroma": {"subsampling": 0},
}


def photo(kind: str = "plain", mode: str = "RGB", seed: int = 1) -> bytes:
    image = Image.fromarray(noise(30, 40, seed)).resize((400, 300)).convert(mode)
    return encode(image, "JPEG", quality=90, **KINDS[kind])


def pillow(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("kind", KINDS)
def test_sound_files_give_the_pixels_of_pillow(kind, mode):
    data = photo(kind, mode)
    np.testing.assert_array_equal(decode_picture(data, name="x").picture, pillow(data))


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("part", [0.3, 0.5, 0.95])
def test_a_cut_file_with_an_end_is_refused(tmp_path, kind, mode, part):
    whole = photo(kind, mode)
    path = tmp_path / "half.jpg"
    path.write_bytes(whole[: int(len(whole) * part)] + END)
    for read in (read_picture, lambda path: read_thumbnail(path, 32)):
        with pytest.raises(PictureError, match=r"the file is (damaged or )?truncated"):
            read(path)


def test_training_leaves_a_cut_file_with_an_end_out(tmp_path):
    whole = photo()
    samples = []
    for name, data in {"cat.0.jpg": whole, "dog.0.jpg": whole[: len(whole) // 2] + END}.items():
        (tmp_path / name).write_bytes(data)
        samples.append(Sample(tmp_path / name, name[:3]))
    decoded = decode_samples(samples, ("cat", "dog"), (20, 20), cache=None)
    assert [sample.path.name for sample in decoded.samples] == ["cat.0.jpg"]
    assert decoded.failures == ((tmp_path / "dog.0.jpg", "the file is damaged or truncated"),)


ODDITIES = {
    "surplus bytes before the end": lambda data: data[:-2] + b"\x12\x34" * 200 + END,
    "anything after the end": lambda data: data + b"junk\xff\xda\xff\xd8" * 100,
    "fill bytes": lambda data: data[:2] + b"\xff\xff\xff" + data[2:],
    "JFIF without its values": lambda data: data[:2] + b"\xff\xe0\0\x07JFIF\0" + data[20:],
    "JFIF of nothing": lambda data: data[:2] + b"\xff\xe0\0\x02" + data[20:],
    "Adobe cut short": lambda data: data[:2] + b"\xff\xee\0\x07Adobe" + data[2:],
    "profile cut short": lambda data: data[:2] + b"\xff\xe2\0\x0eICC_PROFILE\0" + data[2:],
    "Photoshop's notes broken": lambda data: (
        data[:2] + b"\xff\xed\0\x16Photoshop 3.0\x008BIMT\x18" + data[2:]
    ),
    "bytes between segments": lambda data: data[:20] + b"\0\1\2junk" + data[20:],
    "Adobe last": lambda data: data[:20] + b"\xff\xee\0\x08Adobe\0" + data[20:],
}


@pytest.mark.parametrize("oddity", ODDITIES)
@pytest.mark.parametrize("kind", KINDS)
def test_odd_files_that_every_viewer_opens_open(kind, oddity):
    whole = photo(kind)
    picture = decode_picture(ODDITIES[oddity](whole), name="x").picture
    np.testing.assert_array_equal(picture, pillow(whole))


def test_an_mpo_file_gives_its_first_picture():
    first = Image.fromarray(noise(48, 64))
    data = encode(first, "MPO", save_all=True, append_images=[first.rotate(180)])
    file = decode_picture(data, name="phone.mpo")
    np.testing.assert_array_equal(file.picture, pillow(data))
    assert file.notes == ()
    cut = data[: data.index(END) // 2] + END + data[data.index(END) + 2 :]
    with pytest.raises(PictureError, match="damaged or truncated"):
        decode_picture(cut, name="phone.mpo")


def test_a_scan_bomb_is_refused_before_it_is_decoded():
    whole = encode(Image.new("L", (3000, 2000)), "JPEG", progressive=True)
    scan = whole[whole.rindex(b"\xff\xc4") : -2]
    assert decode_picture(whole[:-2] + scan * 5 + END, name="x").picture.shape == (2000, 3000, 3)
    with pytest.raises(PictureError, match=r"it takes too long to decode, with 2,0.. scans"):
        decode_picture(whole[:-2] + scan * 2000 + END, name="x")
    hidden = b"\xff\xfe\0\4" + END
    with pytest.raises(PictureError, match=r"it takes too long to decode, with 2,0.. scans"):
        decode_picture(whole[:-2] + hidden + scan * 2000 + END, name="x")


@pytest.mark.parametrize(
    ("marker", "bits", "words"),
    [
        (0xC1, 12, "it is a JPEG of 12 bits per channel, which is not supported"),
        (0xC3, 16, "it is a lossless JPEG, which is not supported"),
        (0xF7, 8, "it is a JPEG-LS picture, which is not supported"),
    ],
)
def test_kinds_that_no_decoder_knows_are_named(marker, bits, words):
    whole = photo()
    frame = whole.index(b"\xff\xc0")
    data = whole[:frame] + bytes((0xFF, marker, 0, 17, bits)) + whole[frame + 5 :]
    with pytest.raises(PictureError, match=words):
        decode_picture(data, name="x")
