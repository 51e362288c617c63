"""How many pictures a model says look like none of its classes: of its own kind, and of others.

    python benchmarks/novelty.py --inside CATS_AND_DOGS --outside OTHER_PICTURES [--model NAME]

Of pictures inside, those that the model was trained on are left out where its split tells.
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
            for folder in getattr(options, kind):
                files = [picture.path for picture in list_pictures(folder).pictures]
                if kind == "inside" and split is not None:
                    files = [file for file in files if not was_seen(split, file)]
                measure(Model.of_run(run), kind, folder, files)


def was_seen(split: TrainingSplit, file: Path) -> bool:
    """Return whether a model was trained on a file."""
    return split.part_of(hashlib.sha256(file.read_bytes()).digest()) == "train"


def measure(model: Model, kind: str, folder: Path, files: list[Path]) -> None:
    """Classify files, and print how many of them look like none of the classes."""
    known = [found for found in classify_files(model, files) if found.error is None]
    flagged = sum(bool(found.is_neither) for found in known)
    share = f"{flagged / len(known):.1%}" if known else "-"
    print(f"{model.name:14} {kind:8} {folder.name:16} {flagged:6,} of {len(known):6,}  {share}")


if __name__ == "__main__":
    main()
