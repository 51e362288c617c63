"""Pictures, features and probabilities with known faults, the same on every machine.

Made by `record_oracles.py`, which asks cleanvision and cleanlab about them, and by the tests, which
compare their answers with the program's.
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

EDGE = 90


def _scene(seed: int) -> np.ndarray:
    """Return a colourful scene of soft blobs and sharp edges, (EDGE, EDGE, 3) uint8."""
    generator = np.random.default_rng(seed)
    coarse = Image.fromarray(generator.integers(20, 235, (6, 6, 3), dtype=np.uint8))
    scene = np.asarray(coarse.resize((EDGE, EDGE), Image.Resampling.BICUBIC)).astype(np.int16)
    for _ in range(25):
        y, x = generator.integers(0, EDGE - 12, 2)
        height, width = generator.integers(4, 24, 2)
        scene[y : y + height, x : x + width] += generator.integers(-90, 90, 3, np.int16)
    return np.clip(scene, 0, 255).astype(np.uint8)


def make_pictures(folder: Path) -> list[str]:
    """Save the pictures as PNG and return their names, sorted."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = {f"scene{number:02d}": _scene(number) for number in range(60)}
    base = pictures["scene00"].astype(np.float64)
    pictures["dark0"] = (base * 0.2).astype(np.uint8)
    pictures["dark1"] = (pictures["scene01"] * 0.12).astype(np.uint8)
    pictures["bright0"] = (250 + base / 60).clip(0, 255).astype(np.uint8)
    slope = np.linspace(0, 127, EDGE)
    soft = slope[:, None] + slope[None]  # every level as often as the next, and no edge
    pictures["blurred0"] = np.stack([soft, soft * 0.9, soft], axis=2).astype(np.uint8)
    pictures["plain0"] = np.full((EDGE, EDGE, 3), (40, 90, 200), np.uint8)
    pictures["plain1"] = np.full((EDGE, EDGE, 3), (190, 190, 60), np.uint8)
    pictures["long0"] = np.asarray(Image.fromarray(pictures["scene03"]).resize((150, 40)))
    pictures["large0"] = np.asarray(Image.fromarray(pictures["scene04"]).resize((700, 700)))
    pictures["copy0"] = pictures["scene05"]
    pictures["copy1"] = pictures["scene05"]
    pictures["copy2"] = pictures["scene06"]
    for name, picture in pictures.items():
        Image.fromarray(picture).save(folder / f"{name}.png")
    grey = Image.fromarray(pictures["scene07"]).convert("L").filter(ImageFilter.SHARPEN)
    grey.save(folder / "grey0.png")
    # Hardly changed: the hash stays what it was.
    near = pictures["scene08"].copy()
    near[40:42, 40:42] ^= 1
    Image.fromarray(near).save(folder / "near0.png")
    return sorted(path.name for path in folder.glob("*.png"))


def make_features() -> np.ndarray:
    """Return (200, 8) float64 features: three groups, copies that hardly differ, some far away."""
    generator = np.random.default_rng(11)
    centres = generator.normal(size=(3, 8)) * 4
    features = centres[np.arange(200) % 3] + generator.normal(size=(200, 8))
    features[190:194] = features[10:14] + generator.normal(size=(4, 8)) * 0.002
    features[194:198] = generator.normal(size=(4, 8)) * 12
    return features


def make_labels() -> tuple[np.ndarray, np.ndarray]:
    """Return labels (300,) and probabilities (300, 4); about a tenth of the labels are wrong."""
    generator = np.random.default_rng(12)
    truth = generator.integers(0, 4, 300)
    scores = generator.normal(size=(300, 4)) + 2.5 * np.eye(4)[truth]
    probabilities = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    labels = np.where(generator.random(300) < 0.1, generator.integers(0, 4, 300), truth)
    return labels, probabilities


def make_properties() -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return properties (400,) and labels: one property tells the labels, the other does not."""
    generator = np.random.default_rng(13)
    labels = np.arange(400) % 2
    return {
        "telling": labels + generator.normal(size=400) * 0.1,
        "silent": generator.normal(size=400),
    }, labels
