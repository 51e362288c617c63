"""Draw a run's curve for the README: `python docs/draw_curve.py models/article-cnn OUT.png`."""

import csv
import os
import sys
from pathlib import Path

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

SIZE_PX = (860, 420)
COLUMNS = (
    ("accuracy", "training share, with augmentation and dropout", "#E69F00"),
    ("val_accuracy", "the tenth for early stopping", "#0072B2"),
)


def main() -> None:
    """Draw accuracy by epoch, and the held-back figure as a line."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from explorer.core.runs import read_run

    run = read_run(Path(sys.argv[1]))
    with (run.folder / "history.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    application = QApplication(["draw_curve"])
    plot = pg.PlotWidget(background="w")
    plot.resize(*SIZE_PX)
    plot.setLabel("bottom", "epoch", color="k")
    plot.setLabel("left", "accuracy (%)", color="k")
    plot.showGrid(x=True, y=True, alpha=0.2)
    plot.addLegend(offset=(-20, -20), labelTextColor="k")
    epochs = [int(row["epoch"]) for row in rows]
    for column, name, color in COLUMNS:
        values = [100 * float(row[column]) for row in rows]
        plot.plot(epochs, values, pen=pg.mkPen(color, width=3), name=name)
    metrics = run.card.metrics
    line = pg.InfiniteLine(
        100 * metrics.accuracy,
        angle=0,
        pen=pg.mkPen("#555555", width=2, style=Qt.PenStyle.DashLine),
        label=f"{metrics.accuracy:.2%} of the {metrics.count:,} held back",
        labelOpts={"position": 0.2, "color": "k", "anchors": [(0.5, 1), (0.5, 1)]},
    )
    plot.addItem(line)
    for axis in ("left", "bottom"):
        plot.getAxis(axis).setTextPen("k")
    plot.show()
    application.processEvents()
    plot.grab().save(sys.argv[2])


if __name__ == "__main__":
    main()
