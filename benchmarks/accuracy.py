"""Measure a run on its test set, and compare with its card.

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

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from explorer import paths
from explorer.core.evaluation.evaluation import measure
from explorer.core.models.metrics import Metrics
from explorer.core.models.run_folder import Run, read_run
from explorer.errors import ExplorerError
from explorer.ml.data.load import reload_data
from explorer.ml.data.reporter import Reporter
from explorer.ml.models.litert import LiteRTAdapter, Model

GREATEST_DIFFERENCE = 0.001


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
        data = reload_data(run, options.data, Reporter(), paths.user_cache() / "decoded")
        test = data.splits.test
        pictures, labels = data.decoded.pictures[test], data.decoded.labels[test]
        model = _keras_model(run) if options.keras else LiteRTAdapter(run.folder, run).predict
    except ExplorerError as error:
        print(error.sentence)
        return 2
    outputs = np.concatenate([model(pixels[None].astype(np.float32)) for pixels in pictures])
    found, card = measure(outputs, labels), run.card.metrics
    print(f"{run.name}, {len(labels):,} pictures of the test set:")
    print(f"  {'now, ' + ('Keras' if options.keras else 'LiteRT'):12} {_describe(found)}")
    print(f"  {'on the card':12} {_describe(card)}")
    difference = abs(found.accuracy - card.accuracy)
    if difference > GREATEST_DIFFERENCE or found.count != card.count:
        print(f"They differ by {difference:.2%}; allowed are {GREATEST_DIFFERENCE:.1%}.")
        return 1
    return 0


def _keras_model(run: Run) -> Model:
    from explorer.ml.models.keras_network.loading import load_network

    return load_network(run).predict_on_batch  # type: ignore[no-any-return]


def _describe(metrics: Metrics) -> str:
    low, high = metrics.interval
    return (
        f"{metrics.accuracy:.2%} (95 % interval {low:.2%} to {high:.2%}), "
        f"log loss {metrics.log_loss:.4f}, confusion {[list(row) for row in metrics.confusion]}"
    )


if __name__ == "__main__":
    sys.exit(main())
