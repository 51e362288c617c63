"""The table: what went wrong with a picture is written across the cells that are left empty."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from explorer.background.thumbnails import ThumbnailLoader
from explorer.core.models.prediction import Prediction
from explorer.errors import PictureError
from explorer.state.classify.result_rows import LABEL_COLUMN, PROBABILITY_COLUMN, make_rows
from explorer.state.classify.results_table import ResultsTable
from explorer.views.classify.results_view import ResultsView
from explorer.views.common.images import pixels_of


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[ResultsView]:
    thumbnails = ThumbnailLoader()
    results = ResultsTable(thumbnails)
    made = ResultsView(results)
    results.setParent(made)
    qtbot.addWidget(made)
    made.resize(640, 300)
    rows = make_rows([Path("/photos/a.jpg"), Path("/photos/b.jpg")])
    reason = "it is called a picture but is something else " * 3
    rows[0].prediction = Prediction("/photos/a.jpg", error=PictureError.not_opened("a.jpg", reason))
    rows[1].prediction = Prediction("/photos/b.jpg", ("cat", "dog"), (0.25, 0.75))
    results.append(rows)
    made.show()
    yield made
    thumbnails.close()


def drawn(view: ResultsView, row: int, column: int) -> QImage:
    cell: QRect = view.visualRect(view.model().index(row, column))
    return view.viewport().grab(cell).toImage()


def has_text(image: QImage) -> bool:
    return bool(np.ptp(pixels_of(image).astype(int)) > 100)


def test_what_went_wrong_is_written_across_class_and_probability(view: ResultsView) -> None:
    for column in (LABEL_COLUMN, PROBABILITY_COLUMN):
        assert has_text(drawn(view, 0, column))
        assert has_text(drawn(view, 1, column))
    # The text of the second cell goes on where that of the first one ends: at its left edge.
    edge = drawn(view, 0, PROBABILITY_COLUMN)
    assert has_text(edge.copy(0, 0, edge.width() // 3, edge.height()))
    usual = drawn(view, 1, PROBABILITY_COLUMN)
    assert not has_text(usual.copy(0, 0, usual.width() // 3, usual.height()))


@pytest.mark.parametrize("width", [300, 640, 1_200])
def test_no_column_is_beyond_the_table(view: ResultsView, width: int) -> None:
    view.resize(width, 300)
    header = view.horizontalHeader()
    assert header.length() <= view.viewport().width()
    assert header.sectionSize(PROBABILITY_COLUMN) >= view.sizeHintForColumn(PROBABILITY_COLUMN) - 8
