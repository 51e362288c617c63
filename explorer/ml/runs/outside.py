"""Pictures that show none of a run's classes, to find out how many of such it notices."""

import cv2
import numpy as np
import numpy.typing as npt

COUNT = 200
TILES = 8
"""On each edge: of a picture cut so and mixed, its colours and textures are left, and no shapes."""

_WORDS = ("all", "and", "are", "but", "for", "from", "have", "not", "that", "the", "this", "was")

Pixels = npt.NDArray[np.uint8]


def make_outside(pictures: Pixels, indices: npt.NDArray[np.int64]) -> Pixels:
    """Draw plain colours, noise, shapes and text, and cut up and mix pictures of the classes.

    What is drawn is easily told from photos; what is mixed shows whether more than colours and
    textures is looked at. Half of the pictures are of either kind. They are always the same.

    Parameters
    ----------
    pictures : (n, height, width, 3) uint8
        The run's own.
    indices : (m,) int64
        Which of them may be cut up, at least one.

    Returns
    -------
    (200, height, width, 3) uint8
    """
    random = np.random.default_rng(0)
    height, width = pictures.shape[1:3]
    drawers = (_plain, _noise, _shapes, _text)
    drawn = [drawers[at % len(drawers)](random, height, width) for at in range(COUNT // 2)]
    chosen = random.choice(indices, COUNT // 2, replace=len(indices) < COUNT // 2)
    return np.stack([*drawn, *(_mix(random, pictures[at]) for at in chosen)])


def _plain(random: np.random.Generator, height: int, width: int) -> Pixels:
    return np.full((height, width, 3), random.integers(0, 256, 3), np.uint8)


def _noise(random: np.random.Generator, height: int, width: int) -> Pixels:
    """Return noise of any grain, grey or in colours, in squares or smooth."""
    grain = int(random.choice([1, 2, 4, 8, 16, 32]))
    size = height // grain + 2, width // grain + 2, int(random.choice([1, 3]))
    values = random.normal(128, random.uniform(20, 80), size).clip(0, 255).astype(np.uint8)
    way = int(random.choice([cv2.INTER_NEAREST, cv2.INTER_CUBIC]))
    enlarged = cv2.resize(values, (width, height), interpolation=way)
    return np.array(np.broadcast_to(enlarged.reshape(height, width, -1), (height, width, 3)))


def _shapes(random: np.random.Generator, height: int, width: int) -> Pixels:
    canvas = _plain(random, height, width)
    for _ in range(random.integers(1, 12)):
        (x, y), (other_x, other_y), (third_x, third_y) = random.integers(0, (width, height), (3, 2))
        color = tuple(map(int, random.integers(0, 256, 3)))
        thickness = int(random.choice([cv2.FILLED, 1, 3]))
        ends = (int(x), int(y)), (int(other_x), int(other_y))
        match random.integers(4):
            case 0:
                radius = int(random.integers(1, max(2, min(height, width) // 4)))
                cv2.circle(canvas, ends[0], radius, color, thickness, cv2.LINE_AA)
            case 1:
                cv2.rectangle(canvas, *ends, color, thickness)
            case 2:
                cv2.line(canvas, *ends, color, 2 * abs(thickness), cv2.LINE_AA)
            case _:
                corners = np.array([[x, y], [other_x, other_y], [third_x, third_y]], np.int32)
                cv2.fillPoly(canvas, [corners], color, cv2.LINE_AA)
    return canvas


def _text(random: np.random.Generator, height: int, width: int) -> Pixels:
    """Return lines of words, half of them black on white."""
    is_colored = random.random() < 0.5
    canvas = _plain(random, height, width) if is_colored else np.full((height, width, 3), 255, "u1")
    color = tuple(map(int, random.integers(0, 256, 3))) if is_colored else (0, 0, 0)
    scale = random.uniform(0.3, 1.2) * width / 224
    font, line = int(random.integers(5)), max(1.0, 32 * scale)
    for baseline in np.arange(line, height + line, line):
        place = int(random.integers(-5, 15)), int(baseline)
        words = " ".join(random.choice(_WORDS, 16))
        cv2.putText(canvas, words, place, font, scale, color, max(1, round(scale)), cv2.LINE_AA)
    return canvas


def _mix(random: np.random.Generator, picture: Pixels) -> Pixels:
    """Return the tiles of a picture in any order."""
    height, width = picture.shape[:2]
    tiles = min(TILES, height, width)
    high, wide = height // tiles, width // tiles
    whole = picture[: high * tiles, : wide * tiles].reshape(tiles, high, tiles, wide, 3)
    cut = random.permutation(whole.swapaxes(1, 2).reshape(-1, high, wide, 3))
    mixed = cut.reshape(tiles, tiles, high, wide, 3).swapaxes(1, 2).reshape(high * tiles, -1, 3)
    return np.asarray(cv2.resize(mixed, (width, height)), np.uint8)
