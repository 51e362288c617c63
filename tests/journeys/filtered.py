"""What the Filter page must show, worked out without it."""

from pathlib import Path

import numpy as np
from PIL import Image
from pytestqt.qtbot import QtBot

from explorer.views.pages.filter_page import FilterPage


def make_photo(path: Path, size: tuple[int, int], seed: int) -> Path:
    """Write a picture of noise, of a height and width, and return its path."""
    pixels = np.random.default_rng(seed).integers(0, 256, (*size, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def grey_of(path: Path) -> np.ndarray:
    """Return a picture's luma, (height, width) float64."""
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(float) @ [0.299, 0.587, 0.114]


def wait_for(qtbot: QtBot, page: FilterPage, expected: np.ndarray) -> None:
    """Wait until the page shows what an independent computation says."""

    def is_shown() -> bool:
        pixels = page.result.pixels
        return (
            pixels is not None
            and pixels.shape == expected.shape
            and np.abs(pixels.astype(float) - np.clip(expected, 0, 255)).max() <= 1
        )

    qtbot.waitUntil(is_shown, timeout=5000)
