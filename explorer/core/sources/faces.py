"""Draw the face of a cat or a dog: no two alike, and each the same at every time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from explorer.core.images.read import Picture

Colour = tuple[int, int, int]
Point = tuple[float, float]

_FURS: tuple[Colour, ...] = (
    (196, 138, 74),
    (120, 92, 66),
    (64, 58, 54),
    (214, 196, 168),
    (150, 150, 152),
    (176, 104, 52),
    (92, 84, 92),
)
_BLACK: Colour = (24, 20, 20)
_WHITE: Colour = (246, 244, 238)
_PINK: Colour = (214, 130, 136)
_FRACTION_BITS = 4
"""OpenCV takes points as whole sixteenths of a pixel."""


@dataclass
class _Canvas:
    """A picture with coordinates of its own: the head is about 1 wide, (0, 0) its middle.

    Attributes
    ----------
    pixels : (height, width, 3) uint8
    middle : (float, float)
        Where (0, 0) is, in pixels: right and down.
    scale : float
        The pixels of a length of 1.
    tilt : float
        By which everything is turned, in radians.
    """

    pixels: Picture
    middle: Point
    scale: float
    tilt: float

    def place(self, points: Sequence[Point]) -> npt.NDArray[np.int32]:
        """Return points as OpenCV takes them."""
        turn = np.array(
            [[np.cos(self.tilt), -np.sin(self.tilt)], [np.sin(self.tilt), np.cos(self.tilt)]]
        )
        found: npt.NDArray[np.float64] = np.asarray(points, dtype=float) @ turn.T
        found = (found * self.scale + self.middle) * (1 << _FRACTION_BITS)
        return np.rint(found).astype(np.int32)

    def fill(self, points: Sequence[Point], colour: Colour) -> None:
        """Fill a polygon."""
        cv2.fillPoly(
            self.pixels, [self.place(points)], colour, lineType=cv2.LINE_AA, shift=_FRACTION_BITS
        )

    def oval(self, middle: Point, half: Point, colour: Colour, *, turned: float = 0.0) -> None:
        """Fill an ellipse with two half axes, turned by an angle in radians."""
        angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
        x, y = half[0] * np.cos(angles), half[1] * np.sin(angles)
        across = middle[0] + x * np.cos(turned) - y * np.sin(turned)
        down = middle[1] + x * np.sin(turned) + y * np.cos(turned)
        self.fill(list(zip(across, down, strict=True)), colour)

    def line(self, points: Sequence[Point], colour: Colour, width: float) -> None:
        """Draw a line through points, `width` wide."""
        thick = max(1, round(width * self.scale))
        cv2.polylines(
            self.pixels,
            [self.place(points)],
            isClosed=False,
            color=colour,
            thickness=thick,
            lineType=cv2.LINE_AA,
            shift=_FRACTION_BITS,
        )


def draw_face(kind: str, chance: np.random.Generator, *, brightness: float = 0.5) -> Picture:
    """Draw a face on a background.

    Parameters
    ----------
    kind : str
        A key of `KINDS`.
    chance : np.random.Generator
        Decides about everything else; the same state draws the same pixels.
    brightness : float
        Of the background, 0 to 1.

    Returns
    -------
    (height, width, 3) uint8
        160 to 256 pixels wide and high.
    """
    width, height = (int(chance.integers(160, 257)) for _ in range(2))
    pixels = _background(width, height, brightness, chance)
    shorter = min(width, height)
    canvas = _Canvas(
        pixels,
        (width * chance.uniform(0.42, 0.58), height * chance.uniform(0.5, 0.6)),
        shorter * chance.uniform(0.5, 0.68),
        chance.uniform(-0.3, 0.3),
    )
    fur = _vary(_FURS[int(chance.integers(len(_FURS)))], chance, 14)
    KINDS[kind](canvas, fur, chance)
    grain = 5 * chance.standard_normal((height, width, 1), dtype=np.float32)
    grainy: npt.NDArray[np.float32] = np.clip(pixels + grain, 0, 255)
    return grainy.astype(np.uint8)


def _background(
    width: int, height: int, brightness: float, chance: np.random.Generator
) -> npt.NDArray[np.uint8]:
    """Return soft blotches around one colour: a wall, grass, a carpet."""
    base = 255 * brightness + chance.uniform(-38, 38, 3)
    size = int(chance.integers(3, 9)), int(chance.integers(3, 9)), 3
    blotches = (base + chance.normal(0, 20, size)).astype(np.float32)
    soft = cv2.resize(blotches, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(soft, 4, 251).astype(np.uint8)


def _vary(colour: Colour, chance: np.random.Generator, most: int) -> Colour:
    red, green, blue = np.clip(np.array(colour) + chance.integers(-most, most + 1, 3), 0, 255)
    return int(red), int(green), int(blue)


def _shade(colour: Colour, factor: float) -> Colour:
    red, green, blue = np.clip(np.array(colour) * factor, 0, 255)
    return int(red), int(green), int(blue)


def _mix(colour: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = np.array(colour) * (1 - share) + np.array(other) * share
    return int(red), int(green), int(blue)


def _draw_cat(canvas: _Canvas, fur: Colour, chance: np.random.Generator) -> None:
    """Pointed ears, slit pupils, whiskers."""
    high, wide = chance.uniform(0.62, 0.8), chance.uniform(0.12, 0.2)
    for side in (-1, 1):
        ear = [(side * 0.46, -0.12), (side * 0.42, -high), (side * wide, -0.36)]
        canvas.fill(ear, _shade(fur, 0.86))
        inner = [(side * 0.4, -0.22), (side * 0.39, -high + 0.12), (side * (wide + 0.08), -0.36)]
        canvas.fill(inner, _PINK)
    canvas.oval((0, 0), (0.5, 0.42), fur)
    if chance.random() < 0.6:  # a tabby
        for across in (-0.12, 0, 0.12):
            canvas.line([(across, -0.4), (across * 0.7, -0.24)], _shade(fur, 0.6), 0.035)
        for side in (-1, 1):
            for down in (0.0, 0.1):
                stripe = [(side * 0.48, down - 0.04), (side * 0.36, down)]
                canvas.line(stripe, _shade(fur, 0.6), 0.03)
    iris = ((120, 168, 70), (206, 168, 54), (96, 150, 190))[int(chance.integers(3))]
    for side in (-1, 1):
        canvas.oval((side * 0.21, -0.07), (0.105, 0.085), iris)
        canvas.oval((side * 0.21, -0.07), (chance.uniform(0.018, 0.035), 0.08), _BLACK)
    canvas.oval((0, 0.2), (0.2, 0.13), _mix(fur, _WHITE, 0.6))
    canvas.fill([(-0.055, 0.1), (0.055, 0.1), (0, 0.165)], _PINK)
    for side in (-1, 1):
        canvas.line([(0, 0.165), (side * 0.09, 0.24)], _BLACK, 0.014)
        for down in (-0.06, 0.02, 0.1):
            whisker = [(side * 0.14, 0.18 + down * 0.3), (side * 0.62, 0.16 + down)]
            canvas.line(whisker, _WHITE, 0.011)


def _draw_dog(canvas: _Canvas, fur: Colour, chance: np.random.Generator) -> None:
    """Hanging ears, a long muzzle, a large nose; often the tongue."""
    canvas.oval((0, -0.06), (0.4, 0.44), fur)
    hang = chance.uniform(0.28, 0.4)
    for side in (-1, 1):
        middle = (side * 0.42, -0.2 + hang / 2)
        lean = -side * chance.uniform(0.1, 0.3)
        canvas.oval(middle, (0.14, hang), _shade(fur, 0.7), turned=lean)
    if chance.random() < 0.4:  # a patch over one eye
        canvas.oval((0.18, -0.14), (0.15, 0.17), _shade(fur, 0.6))
    if chance.random() < 0.6:
        canvas.oval((0, 0.46), (0.09, chance.uniform(0.12, 0.2)), (206, 84, 96))
    canvas.oval((0, 0.22), (0.25, 0.24), _mix(fur, _WHITE, 0.45))
    for side in (-1, 1):
        canvas.oval((side * 0.18, -0.13), (0.07, 0.07), _WHITE)
        canvas.oval((side * 0.175, -0.125), (0.052, 0.055), (66, 42, 26))
        canvas.oval((side * 0.175 + 0.015, -0.145), (0.014, 0.014), _WHITE)
    canvas.oval((0, 0.1), (0.115, 0.08), _BLACK)
    canvas.oval((-0.03, 0.075), (0.03, 0.015), (110, 106, 106))
    canvas.line([(0, 0.17), (0, 0.3)], _BLACK, 0.018)
    for side in (-1, 1):
        canvas.line([(0, 0.3), (side * 0.08, 0.345), (side * 0.16, 0.31)], _BLACK, 0.018)


def _draw_house(canvas: _Canvas, fur: Colour, chance: np.random.Generator) -> None:
    """Neither of both."""
    canvas.fill([(-0.4, -0.05), (0.4, -0.05), (0.4, 0.45), (-0.4, 0.45)], fur)
    canvas.fill([(-0.5, -0.05), (0, -0.5), (0.5, -0.05)], (150, 52, 44))
    canvas.fill([(-0.08, 0.12), (0.12, 0.12), (0.12, 0.45), (-0.08, 0.45)], _BLACK)
    canvas.fill([(-0.3, 0.06), (-0.15, 0.06), (-0.15, 0.22), (-0.3, 0.22)], (206, 226, 240))


KINDS: dict[str, Callable[[_Canvas, Colour, np.random.Generator], None]] = {
    "cat": _draw_cat,
    "dog": _draw_dog,
    "house": _draw_house,
}
