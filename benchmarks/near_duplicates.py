"""Recall and precision of near-duplicates: 200 pictures, cropped, mirrored, turned, encoded again.

    python benchmarks/near_duplicates.py FOLDER [--others 2000] [--model NAME]

FOLDER holds pictures without near-duplicates. Of 200 of them a copy of each kind is made; for each
kind, the copies are looked for among the 200, the copies and the others. Recall: how many of the
200 are in one group with their copy. Precision: how many of the groups hold nothing else.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
from PIL import Image

from explorer.background.survey import Known, survey_files

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from explorer.cli.common import find_model
from explorer.core.catalogue.check_health import HealthCheck
from explorer.core.catalogue.columns import Columns
from explorer.core.datasets.dataset import Dataset, Sample
from explorer.core.images.read import PICTURE_SUFFIXES, read_picture

COUNT = 200
GENERATOR = np.random.default_rng(0)

Change = Callable[[Image.Image], Image.Image]


def crop(share: float) -> Change:
    """Return what cuts out a part with this share of each side, anywhere."""

    def cut(image: Image.Image) -> Image.Image:
        width, height = (round(length * share) for length in image.size)
        left = int(GENERATOR.integers(0, image.width - width + 1))
        top = int(GENERATOR.integers(0, image.height - height + 1))
        return image.crop((left, top, left + width, top + height))

    return cut


CHANGES: Mapping[str, tuple[Change, int]] = {
    "crop to 80 % of each side": (crop(0.8), 90),
    "crop to 60 % of each side": (crop(0.6), 90),
    "mirrored": (lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT), 90),
    "turned by 90, 180 or 270°": (
        lambda image: image.rotate(90 * int(GENERATOR.integers(1, 4)), expand=True),
        90,
    ),
    "turned by 10°": (lambda image: image.rotate(10, Image.Resampling.BILINEAR), 90),
    "half the size": (lambda image: image.reduce(2), 90),
    "JPEG of quality 30": (lambda image: image, 30),
}
"""What is done to a picture, and the quality that it is saved with."""


def make_copies(folder: Path, others: int, target: Path) -> Dataset:
    """Copy pictures and save changed ones; a sample's label is its picture and what was done."""
    found = sorted(one for one in folder.rglob("*") if one.suffix.lower() in PICTURE_SUFFIXES)
    chosen = [found[place] for place in GENERATOR.permutation(len(found))[: COUNT + others]]
    samples = []
    for number, path in enumerate(chosen):
        copy = target / f"{number:05d}{path.suffix}"
        shutil.copyfile(path, copy)
        samples.append(Sample(copy, f"{number}"))
        if number >= COUNT:
            continue
        image = Image.fromarray(read_picture(path).picture)
        for name, (change, quality) in CHANGES.items():
            copy = target / f"{number:05d} {list(CHANGES).index(name)}.jpg"
            change(image).save(copy, quality=quality)
            samples.append(Sample(copy, f"{number} {name}"))
    return Dataset(target, (), tuple(samples))


def take(columns: Columns, places: list[int]) -> Columns:
    """Return what is known of some of the pictures."""
    arrays = {
        one.name: getattr(columns, one.name)[places]
        for one in fields(columns)
        if isinstance(getattr(columns, one.name), np.ndarray)
    }
    figures = {name: values[places] for name, values in columns.figures.items()}
    return replace(columns, **arrays, figures=figures, errors={})


def measure(dataset: Dataset, known: Known, name: str) -> tuple[float, float, float]:
    """Return recall, precision, and the seconds that it took to find the copies of one kind."""
    labels = [sample.label or "" for sample in dataset.samples]
    places = [i for i, label in enumerate(labels) if " " not in label or label.endswith(name)]
    part = replace(dataset, samples=tuple(dataset.samples[place] for place in places))
    embedding = None if known.embeddings is None else known.embeddings[places]
    started = time.perf_counter()
    lists = HealthCheck(part, take(known.columns, places), embedding).run()
    spent = time.perf_counter() - started
    (near,) = (one for one in lists if one.kind.name == "near_duplicate")
    numbers = [labels[place].split()[0] for place in places]
    groups = [{numbers[place] for place in issue.places} for issue in near.issues]
    hits = sum(group == {str(number)} for number in range(COUNT) for group in groups)
    pure = sum(len(group) == 1 for group in groups)
    return hits / COUNT, pure / max(len(groups), 1), spent


def main() -> None:
    """Print a line for each kind of change."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--others", type=int, default=2000)
    parser.add_argument("--model")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as target:
        dataset = make_copies(options.folder, options.others, Path(target))
        known = survey_files(find_model(options.model), dataset)
        print(f"{'':28}recall  precision  seconds")
        for name in CHANGES:
            recall, precision, seconds = measure(dataset, known, name)
            print(f"{name:28}{recall:6.1%}{precision:10.1%}{seconds:9.1f}")


if __name__ == "__main__":
    main()
