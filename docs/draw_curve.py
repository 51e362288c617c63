"""Draw the curves of a run: `python docs/draw_curve.py models/article-cnn OUT.png`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from explorer.core.models.run_folder import read_run
from explorer.ml.runs.curves import draw_curves

run = read_run(Path(sys.argv[1]))
draw_curves(run.folder, run.name, sys.exit, metrics=run.card.metrics, file=Path(sys.argv[2]))
