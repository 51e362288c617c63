"""What file managers, browsers and editors put into a drag or the clipboard."""

import base64
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PySide6.QtCore import QByteArray, QMimeData, QUrl
from PySide6.QtGui import QImage

from explorer.core.images.read import decode_picture
from explorer.views.window.drop_payload import (
    MAX_TEXT,
    DropPayload,
    describe_drop,
    has_payload,
    read_data_address,
    read_payload,
    to_pixels,
)

PIXELS = np.random.default_rng(5).integers(0, 256, (7, 9, 3), dtype=np.uint8)
SVG = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E"


def png() -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(PIXELS).save(buffer, "PNG")
    return buffer.getvalue()


ADDRESS = "data:image/png;base64," + base64.b64encode(png()).decode()


def files(*names: str) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(f"/photos/{name}") for name in names])
    return mime


def text(content: str) -> QMimeData:
    mime = QMimeData()
    mime.setText(content)
    return mime


def link(content: str) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl(content)])
    return mime


def html(content: str, plain: str = "") -> QMimeData:
    mime = QMimeData()
    mime.setHtml(content)
    if plain:
        mime.setText(plain)
    return mime


def pixels() -> QMimeData:
    mime = QMimeData()
    image = QImage(PIXELS.tobytes(), 9, 7, 27, QImage.Format.Format_RGB888)
    mime.setImageData(image.copy())
    return mime


def what(carried: DropPayload) -> str:
    """Name the one thing it carries."""
    found = {
        "paths": bool(carried.paths),
        "pixels": carried.pixels is not None,
        "data": bool(carried.data),
        "text": bool(carried.text),
        "link": carried.is_link,
    }
    names = [name for name, is_there in found.items() if is_there]
    assert len(names) <= 1
    return names[0] if names else ""


def chrome_picture() -> QMimeData:
    """A picture of a page, as Chrome gives it: the address, and HTML around it."""
    mime = link("https://example.org/cat.jpg")
    mime.setHtml('<meta charset="utf-8"><img src="https://example.org/cat.jpg">')
    return mime


def firefox_picture() -> QMimeData:
    """A picture of a page, as Firefox gives it: address, HTML and pixels."""
    mime = chrome_picture()
    mime.setImageData(pixels().imageData())
    return mime


def copied_in_browser() -> QMimeData:
    """ "Copy image": pixels, and HTML with the address."""
    mime = pixels()
    mime.setHtml('<img src="https://example.org/cat.jpg"/>')
    return mime


CARRIED: dict[str, tuple[Callable[[], QMimeData], str]] = {
    "one file": (lambda: files("cat.jpg"), "paths"),
    "a file as text": (lambda: text("file:///photos/a%20cat.jpg\r\n"), "paths"),
    "pixels": (pixels, "pixels"),
    "copied in a browser": (copied_in_browser, "pixels"),
    "dragged from Firefox": (firefox_picture, "pixels"),
    "dragged from Chrome": (chrome_picture, "link"),
    "data address": (lambda: link(ADDRESS), "data"),
    "data address as text": (lambda: text(f" {ADDRESS}\n"), "data"),
    "data address in HTML": (lambda: html(f'<p><img alt="x" src="{ADDRESS}">'), "data"),
    "unquoted in HTML": (lambda: html(f"<img src={ADDRESS}>"), "data"),
    "damaged data address": (lambda: text("data:image/png;base64,#"), "link"),
    "data address of words": (lambda: html('<a href="data:text/html,hello">x</a>', "x"), "text"),
    "link": (lambda: link("https://example.org"), "link"),
    "link as text": (lambda: text("https://example.org/cat.jpg\n"), "link"),
    "HTML with a link": (lambda: html('<img src="https://example.org/cat.jpg">'), "link"),
    "words": (lambda: text("[[1, 0, -1]]"), "text"),
    "words about a link": (lambda: text("see https://example.org"), "text"),
    "nothing": (QMimeData, ""),
}


@pytest.mark.parametrize("name", CARRIED)
def test_each_is_what_it_is(name: str):
    make, expected = CARRIED[name]
    mime = make()
    assert what(read_payload(mime)) == expected
    assert has_payload(mime) == (name != "nothing")
    for page in ("filter", "classify", "dataset", "network"):
        sentence = describe_drop(mime, page)
        assert sentence.endswith(".")
        assert ("Links cannot" in sentence) == (expected in ("link", "") and "damaged" not in name)


@pytest.mark.parametrize(
    "make",
    [lambda: link(ADDRESS), lambda: text(ADDRESS), lambda: html(f"<img src='{ADDRESS}'>")],
    ids=["address", "text", "html"],
)
def test_a_data_address_holds_the_very_picture(make: Callable[[], QMimeData]):
    carried = read_payload(make())
    assert carried.data == png()
    np.testing.assert_array_equal(decode_picture(carried.data, name="x").picture, PIXELS)


def test_the_paths_and_the_pixels_are_right():
    assert read_payload(files("a cat.jpg", "ü#.png")).paths == (
        Path("/photos/a cat.jpg"),
        Path("/photos/ü#.png"),
    )
    assert read_payload(text("file:///photos/a%20cat.jpg")).paths == (Path("/photos/a cat.jpg"),)
    np.testing.assert_array_equal(read_payload(pixels()).pixels, PIXELS)
    assert read_payload(text("  [[1, 2]]\n")).text == "[[1, 2]]"


def test_transparent_pixels_stand_on_white():
    layers = np.random.default_rng(2).integers(0, 256, (5, 3, 4), dtype=np.uint8)
    image = QImage(layers.tobytes(), 3, 5, 12, QImage.Format.Format_RGBA8888)
    alpha = layers[..., 3:] / 255
    expected = layers[..., :3] * alpha + 255 * (1 - alpha)
    assert np.abs(to_pixels(image) - expected).max() <= 0.5


@given(content=st.binary())
@settings(max_examples=50)
def test_both_spellings_of_a_data_address_are_read(content: bytes):
    packed = base64.b64encode(content).decode()
    wrapped = "\n ".join(packed[i : i + 7] for i in range(0, len(packed), 7))
    quoted = "".join(f"%{byte:02X}" for byte in content)
    assert read_data_address(f"data:image/png;base64,{packed}") == content
    assert read_data_address(f"data:image/png;BASE64,{wrapped}") == content
    assert read_data_address(f"data:;base64,{packed.rstrip('=')}") == content
    assert read_data_address(f"data:image/png,{quoted}") == content


def test_a_vector_drawing_in_an_address_is_handed_to_the_decoder_that_refuses_it():
    assert read_payload(text(SVG)).data.startswith(b"<svg")


def test_hostile_pages_take_no_time():
    for page in ("<img " * 200_000, "data:image/" * 200_000, '<img src="data:image/' * 100_000):
        mime = QMimeData()
        mime.setData("text/html", QByteArray(page.encode()))
        assert what(read_payload(mime)) in ("link", "text")


@pytest.mark.parametrize(
    ("names", "page", "promise"),
    [
        (["cat.jpg"], "filter", "Drop to open “cat.jpg”."),
        (["cat.jpg"], "network", "Drop to open “cat.jpg”."),
        (["cat.jpg"], "classify", "Drop to open and classify “cat.jpg”."),
        (["a.jpg", "b.png"], "filter", "Drop to classify 2 files."),
        (["pets"], "dataset", "Drop to open “pets” as a dataset."),
        (["pets"], "filter", "Drop to classify the pictures in “pets”."),
        (["cat.keras"], "filter", "Drop to open this model on the Network page."),
        (["a.h5", "b.keras"], "filter", "Drop to open the last of these 2 models"),
        (["sobel.JSON"], "dataset", "Drop to filter with this kernel."),
        (["a.npy"], "filter", "Drop to open “a.npy”."),
        ([f"{'x' * 100}.jpg"], "filter", f"Drop to open “{'x' * 40}…”."),
        (["a\nb.jpg"], "filter", "Drop to open “a\ufffdb.jpg”."),
    ],
)
def test_what_letting_go_will_do(names: list[str], page: str, promise: str):
    assert describe_drop(files(*names), page).startswith(promise)


def test_what_letting_go_of_a_picture_will_do():
    for mime in (pixels(), text(ADDRESS), firefox_picture()):
        assert describe_drop(mime, "filter") == "Drop to open this picture."


def test_of_a_text_without_end_only_the_beginning_is_looked_at() -> None:
    mime = QMimeData()
    mime.setText("1.5 2.5 3.5\n" * 2_000_000)
    assert len(read_payload(mime).text) <= MAX_TEXT
    assert describe_drop(mime, "filter").startswith("Text can only be dropped")
    mime.setText("  " + ADDRESS + " " * 2 * MAX_TEXT)
    assert read_payload(mime).data  # but a picture is read whole
