"""Measure a run on the pictures that were held back from it, and compare with its card.

Run it with `python benchmarks/accuracy.py models/NAME DATA`. The split is made anew from the card;
the pictures are decoded by the program's own decoder and classified by LiteRT, or with --keras by
Keras. It ends with 1 where the accuracy differs from the card's by more than 0.1 point, with 2
where it cannot be measured.
"""

import argparse
import os
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from explorer.core.datasets import scan_dataset, take_stratified
from explorer.core.predictions import Metrics, measure
from explorer.core.runs import Run, TrainingConfig, read_run
from explorer.errors import DatasetError, ExplorerError
from explorer.ml.classifier import Classifier, Model
from explorer.ml.decoding import decode_samples
from explorer.ml.shares import split_samples

GREATEST_DIFFERENCE = 0.001

Pictures = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.int64]


def main() -> int:
    """Print both measurements; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path, metavar="RUN", help="a run folder")
    parser.add_argument("data", type=Path, metavar="DATA", help="what it was trained on")
    parser.add_argument("--keras", action="store_true", help="measure model.keras")
    options = parser.parse_args()
    try:
        run = read_run(options.run)
        pictures, labels = _held_back(run, options.data)
        model = _keras_model(run) if options.keras else Classifier(run).model
    except ExplorerError as error:
        print(error.sentence)
        return 2
    outputs = np.concatenate([model(pixels[None].astype(np.float32)) for pixels in pictures])
    found, card = measure(outputs, labels), run.card.metrics
    print(f"{run.name}, {len(labels):,} pictures held back:")
    print(f"  {'now, ' + ('Keras' if options.keras else 'LiteRT'):12} {_describe(found)}")
    print(f"  {'on the card':12} {_describe(card)}")
    difference = abs(found.accuracy - card.accuracy)
    if difference > GREATEST_DIFFERENCE or found.count != card.count:
        print(f"They differ by {difference:.2%}; allowed are {GREATEST_DIFFERENCE:.1%}.")
        return 1
    return 0


def _held_back(run: Run, data: Path) -> tuple[Pictures, Labels]:
    """Return the pictures held back from a run, and their labels.

    Raises
    ------
    DatasetError
        The data is not what the run was trained on.
    """
    settings = run.card.training
    config = TrainingConfig(
        data=data,
        output=run.folder,
        recipe=run.card.recipe,
        ratio=settings["ratio"],
        seed=settings["seed"],
        limit=settings["limit"],
    )
    dataset = scan_dataset(data)
    if dataset.classes != run.card.classes:
        raise DatasetError(
            f"“{data}” has the classes {', '.join(dataset.classes) or 'none'}; “{run.name}” was "
            f"trained on {', '.join(run.card.classes)}."
        )
    samples = [sample for sample in dataset.samples if sample.label is not None]
    if config.limit is not None:
        samples = take_stratified(samples, config.limit, config.seed)
    decoded = decode_samples(samples, dataset.classes, run.card.input_size, cache=None)
    if decoded.data_hash != run.card.data_hash:
        raise DatasetError(
            f"“{data}” is not what “{run.name}” was trained on: its data_hash is "
            f"{decoded.data_hash}, the card says {run.card.data_hash}."
        )
    share = split_samples(decoded.samples, config).held_back
    return decoded.pictures[share], decoded.labels[share]


def _keras_model(run: Run) -> Model:
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from explorer.ml.inspection import load_network

    return load_network(run).predict_on_batch  # type: ignore[no-any-return]


def _describe(metrics: Metrics) -> str:
    low, high = metrics.interval
    return (
        f"{metrics.accuracy:.2%} (95 % interval {low:.2%} to {high:.2%}), "
        f"log loss {metrics.log_loss:.4f}, confusion {[list(row) for row in metrics.confusion]}"
    )


if __name__ == "__main__":
    sys.exit(main())
