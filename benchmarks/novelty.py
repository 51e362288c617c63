"""How many pictures a model says look like none of its classes: of its own kind, and of others.

    python benchmarks/novelty.py --inside CATS_AND_DOGS --outside OTHERS/* [--model NAME]

Of pictures inside, those of the training and validation sets are left out where the model's split
tells. Of several folders of a kind, the last line is their sum.
"""

import argparse
import hashlib
from pathlib import Path

from explorer import paths
from explorer.background.classify_files import classify_files
from explorer.core.datasets.listing import list_pictures
from explorer.core.models.model import Model
from explorer.core.models.run_folder import list_runs
from explorer.core.models.training_split import TrainingSplit


def main() -> None:
    """Print the shares, a line for each model and folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inside", type=Path, nargs="*", default=[])
    parser.add_argument("--outside", type=Path, nargs="*", default=[])
    parser.add_argument("--model", nargs="*", help="default: all that come with the program")
    options = parser.parse_args()
    for run in list_runs([paths.bundled_models()]).runs:
        if options.model and run.name not in options.model:
            continue
        split = TrainingSplit.read(run.folder)
        for kind in ("inside", "outside"):
            counts = []
            for folder in getattr(options, kind):
                files = [picture.path for picture in list_pictures(folder).pictures]
                if kind == "inside" and split is not None:
                    files = [file for file in files if not was_used(split, file)]
                counts.append(measure(Model.of_run(run), files))
                print_share(run.name, kind, folder.name, *counts[-1])
            if len(counts) > 1:
                print_share(run.name, kind, "all", *map(sum, zip(*counts, strict=True)))


def was_used(split: TrainingSplit, file: Path) -> bool:
    """Return whether a file was used to train a model, or to set its threshold."""
    part = split.part_of(hashlib.sha256(file.read_bytes()).digest())
    return part in ("train", "validation")


def measure(model: Model, files: list[Path]) -> tuple[int, int]:
    """Return how many files look like none of the classes, and of how many that is known."""
    novelty = [found.novelty for found in classify_files(model, files)]
    return sum(one > 1 for one in novelty if one is not None), len(novelty) - novelty.count(None)


def print_share(model: str, kind: str, folder: str, flagged: int, count: int) -> None:
    """Print a line."""
    share = f"{flagged / count:.1%}" if count else "-"
    print(f"{model:14} {kind:8} {folder:16} {flagged:6,} of {count:6,}  {share}", flush=True)


if __name__ == "__main__":
    main()
