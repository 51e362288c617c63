"""Names that look like HTML, or break lines, are shown as plain text on one line, everywhere."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractTableModel, QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QAction, QHelpEvent, QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QLabel,
    QMenu,
    QMessageBox,
    QToolTip,
    QWidget,
)
from pytestqt.qtbot import QtBot

from explorer import paths
from explorer.views.common.inspector import Inspector
from explorer.views.window.main_window import MainWindow
from tests.journeys.travel import drop_files

pytestmark = pytest.mark.qt_log_ignore("does not support grabbing the keyboard", extend=True)

MARK = "Q&Z"
HTML = f"{MARK}<img src=x.png>{'W' * 60}"
HOSTILE = f"{HTML}\u202e\x07\nend"
TEXTS = ("text", "title", "windowTitle", "toolTip", "statusTip", "whatsThis", "accessibleName")
ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
)


@pytest.fixture
def named(tmp_path: Path, models_folder: Path) -> dict[str, Path]:
    """Call everything that comes from outside by the worst of names."""
    picture = tmp_path / f"{HOSTILE}.png"
    image = QImage(8, 8, QImage.Format.Format_RGB888)
    image.fill(Qt.GlobalColor.red)
    dataset = tmp_path / f"{HOSTILE} set"
    for name in ("a", "b"):
        (dataset / f"{HOSTILE}{name}").mkdir(parents=True)
        assert image.save(str(dataset / f"{HOSTILE}{name}" / f"{HOSTILE}.png"))
    assert image.save(str(picture))
    run = tmp_path / f"{HOSTILE} run"
    shutil.copytree(models_folder / "tiny", run)
    card = json.loads((run / "card.json").read_text())
    card["classes"] = [f"{HOSTILE}{name}" for name in ("a", "b")]
    card["metrics_split"] = HOSTILE
    (run / "card.json").write_text(json.dumps(card))
    kernels = paths.user_kernels()
    kernels.mkdir(parents=True)
    (kernels / "own.json").write_text(json.dumps({"name": HOSTILE, "weights": [[1, 2], [3, 4]]}))
    return {"picture": picture, "dataset": dataset, "run": run}


def every_text(model: QAbstractItemModel) -> Iterator[str]:
    """Yield what the rows of a model say."""
    for row in range(model.rowCount()):
        first = model.index(row, 0)
        columns = model.columnCount() if isinstance(model, QAbstractTableModel) else 1
        for column in range(columns):
            for role in ROLES:
                yield str(first.siblingAtColumn(column).data(role) or "")


def all_shown() -> Iterator[tuple[object, str]]:
    """Yield every text of every widget, action and row there is, with what shows it."""
    for widget in QApplication.allWidgets():
        for name in TEXTS:
            yield widget, str(widget.property(name) or "")
        for action in widget.actions():
            yield from ((action, text) for text in (action.text(), action.toolTip()))
        if isinstance(widget, QAbstractItemView) and widget.model() is not None:
            yield from ((widget, text) for text in every_text(widget.model()))


def check(owner: object, text: str) -> None:
    """Check that a text that holds a name holds it plainly."""
    name = text[text.find(MARK) :] if MARK in text else text
    assert "\u202e" not in text, (owner, text)
    assert "\x07" not in text, (owner, text)
    assert "\nend" not in name, (owner, text)
    if isinstance(owner, (QAction, QAbstractButton)) and text == owner.text():
        assert MARK not in text, (owner, text)  # the sign is doubled, else it marks a key
    if isinstance(owner, QMenu) and text == owner.title():
        assert MARK not in text, (owner, text)
    if isinstance(owner, QLabel) and MARK in text and text == owner.text():
        assert owner.textFormat() == Qt.TextFormat.PlainText, (owner, text)


def tip_labels() -> list[QLabel]:
    return [
        one
        for one in QApplication.allWidgets()
        if isinstance(one, QLabel) and one.metaObject().className() == "QTipLabel"
    ]


def rest_on(widget: QWidget) -> list[QLabel]:
    """Rest the mouse on a widget; return the tooltips that come up."""
    middle = widget.rect().center()
    event = QHelpEvent(QEvent.Type.ToolTip, middle, widget.mapToGlobal(middle))
    QApplication.sendEvent(widget, event)
    return tip_labels()


def test_no_name_from_outside_is_html_a_key_or_several_lines(
    journey: Callable[..., int], qtbot: QtBot, named: dict[str, Path]
) -> None:
    def steps(window: MainWindow) -> None:
        router = window.page("classify").state
        qtbot.waitUntil(lambda: MARK in window.prediction_label.text(), timeout=60_000)
        window.page("network")
        window.dataset_wanted.emit(named["dataset"])
        dataset = window.page("dataset")
        qtbot.waitUntil(lambda: dataset.state.dataset is not None, timeout=20_000)
        window.show_page("classify")
        drop_files(window, [named["dataset"]])
        qtbot.waitUntil(lambda: router.total_count == 2 and router.done_count == 2, timeout=60_000)
        window.page("classify").table.choose_row(0)
        window.show_page("filter")
        panel = window.page("filter").kernel_panel
        own = next(one for one in panel.preset.filters if MARK in one.name)
        panel.preset.showPopup()
        panel.preset.chosen.emit(own)
        panel.preset.hidePopup()
        for menu in window.findChildren(QMenu):
            menu.aboutToShow.emit()
        window.guides.find_command()
        window.guides.palette.hide()
        texts = list(all_shown())
        assert sum(MARK in text for _, text in texts) > 25  # all that was named is there
        for owner, text in texts:
            check(owner, text)
        for name in ("filter", "dataset", "network", "classify"):
            page = window.page(name)
            for widget in page.findChildren(Inspector):
                assert widget.layout().minimumSize().width() <= widget.width()
        for widget in (panel.preset, window.picture_label):
            (tip,) = rest_on(widget)
            assert MARK in tip.text()
            assert tip.textFormat() == Qt.TextFormat.PlainText
            QToolTip.hideText()
            qtbot.waitUntil(lambda: not tip_labels(), timeout=20_000)
        QToolTip.showText(QPoint(), HTML, window, QRect())
        assert [tip.textFormat() for tip in tip_labels()] == [Qt.TextFormat.PlainText]
        box = QMessageBox(window)
        box.setText(HTML)
        box.setInformativeText(HTML)
        box.show()
        for label in box.findChildren(QLabel):
            assert label.textFormat() == Qt.TextFormat.PlainText
        box.close()
        box.deleteLater()

    assert journey([str(named["picture"]), str(named["run"])], steps) == 0
