"""The Model menu: which model is current, another one, one that is opened, where it lies."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from explorer import paths
from explorer.views.window.main_window import MainWindow
from tests.journeys.conftest import Opened
from tests.journeys.filter.filtered import make_photo
from tests.journeys.travel import drop_files
from tests.support.tiny_runs import make_paper_run

pytestmark = pytest.mark.qt_log_ignore("does not support grabbing the keyboard", extend=True)

START_LIMIT_MS = 20_000


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return make_photo(tmp_path / "photo.png", (30, 40), 8)


def rows(window: MainWindow) -> list[str]:
    """Return what stands in the menu: "✓ tiny" where it is checked, "—" between groups."""
    found = []
    for action in window.model_menu.actions():
        text = action.text().replace("&&", "\0").replace("&", "").replace("\0", "&")
        found.append("—" if action.isSeparator() else f"{'✓ ' * action.isChecked()}{text}")
    return found


def choose(window: MainWindow, text: str) -> None:
    """Choose from the menu with the keyboard."""
    menu = window.model_menu
    (action,) = (one for one in menu.actions() if one.text().replace("&", "") == text)
    menu.popup(QPoint(20, 20))
    menu.setActiveAction(action)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    menu.hide()


def by(window: MainWindow, name: str) -> Callable[[], bool]:
    return lambda: window.prediction_label.text().endswith(f" ({name})")


def test_models_stand_in_groups_and_the_one_chosen_is_used_by_every_page(
    journey: Callable[..., int], qtbot: QtBot, photo: Path, tmp_path: Path
) -> None:
    make_paper_run(paths.user_runs() / "mine & yours")
    brought = make_paper_run(tmp_path / "brought")
    tail = ["—", "Open model…", "Show in folder"]

    def steps(window: MainWindow) -> None:
        assert rows(window) == ["keras-only", "✓ tiny", "—", "mine & yours", *tail]
        QTest.keyClick(window, Qt.Key.Key_M, Qt.KeyboardModifier.AltModifier)
        assert window.model_menu.isVisible()
        window.model_menu.hide()
        qtbot.waitUntil(by(window, "tiny"), timeout=START_LIMIT_MS)
        choose(window, "mine  yours")
        assert rows(window) == ["keras-only", "tiny", "—", "✓ mine & yours", *tail]
        assert window.page_name == "filter"  # where a person was
        for name in ("classify", "network"):
            assert window.page(name).model.choice.currentText() == "mine & yours"
        # And the other way round: what is brought or chosen elsewhere is told by the menu.
        drop_files(window, [brought])
        listed = ["keras-only", "tiny", "—", "mine & yours", "—", "✓ brought", *tail]
        qtbot.waitUntil(lambda: rows(window) == listed)
        choice = window.page("network").model.choice
        choice.setFocus()
        QTest.keyClick(choice, Qt.Key.Key_Home)
        assert rows(window)[0] == "✓ keras-only"
        assert [row for row in rows(window) if row.startswith("✓")] == ["✓ keras-only"]
        choose(window, "keras-only")  # once more: it stays checked
        assert rows(window)[0] == "✓ keras-only"
        choose(window, "tiny")
        qtbot.waitUntil(by(window, "tiny"), timeout=START_LIMIT_MS)

    assert journey([str(photo)], steps) == 0


def test_a_damaged_model_is_listed_with_its_reason_and_opens_once_it_is_mended(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    card = make_paper_run(paths.user_runs() / "mine") / "card.json"
    whole = card.read_text(encoding="utf-8")
    card.write_text(whole.replace('"count": 100', '"count": Infinity'), encoding="utf-8")
    reason = "The card of “mine” cannot be used: “metrics/count” is not an integer."
    tail = ["—", "Open model…", "Show in folder"]

    def steps(window: MainWindow) -> None:
        assert rows(window) == ["keras-only", "✓ tiny", "—", "mine (damaged)", *tail]
        assert window.notice_bar.text != reason
        choose(window, "mine (damaged)")
        assert window.notice_bar.text == reason
        card.write_text(whole, encoding="utf-8")
        choose(window, "mine (damaged)")
        assert rows(window) == ["keras-only", "tiny", "—", "✓ mine", *tail]

    assert journey([str(photo)], steps) == 0


def test_of_two_with_one_name_each_says_where_it_lies(
    journey: Callable[..., int], qtbot: QtBot, photo: Path, models_folder: Path
) -> None:
    own = make_paper_run(paths.user_runs() / "tiny")

    def steps(window: MainWindow) -> None:
        bundled, mine = f"tiny  ({models_folder.name})", f"tiny  ({own.parent.name})"
        assert rows(window)[:4] == ["keras-only", f"✓ {bundled}", "—", mine]
        choose(window, mine)
        assert rows(window)[:4] == ["keras-only", bundled, "—", f"✓ {mine}"]

    assert journey([str(photo)], steps) == 0


def test_open_is_the_file_menus_own_and_the_folder_is_shown(
    journey: Callable[..., int],
    qtbot: QtBot,
    photo: Path,
    tmp_path: Path,
    opened: Opened,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    brought = make_paper_run(tmp_path / "brought")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: (str(brought), ""))

    def steps(window: MainWindow) -> None:
        named = [one for one in window.findChildren(QAction) if one.text() == "Open &model…"]
        assert len(named) == 1
        choose(window, "Open model…")
        qtbot.waitUntil(lambda: "✓ brought" in rows(window))
        choose(window, "Show in folder")
        assert opened.places == [str(brought)]
        assert window.notice_bar.text == f"The model “brought” is in “{brought}”."

    assert journey([str(photo)], steps) == 0


def test_without_a_model_the_menu_says_so(
    journey: Callable[..., int], qtbot: QtBot, photo: Path, monkeypatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("explorer.paths.bundled_models", lambda: tmp_path / "none")

    def steps(window: MainWindow) -> None:
        assert rows(window) == ["No model yet", "—", "Open model…", "Show in folder"]
        states = [one.isEnabled() for one in window.model_menu.actions() if one.text()]
        assert states == [False, True, False]

    assert journey([str(photo)], steps) == 0


def test_a_model_is_found_among_the_commands(
    journey: Callable[..., int], qtbot: QtBot, photo: Path
) -> None:
    def steps(window: MainWindow) -> None:
        QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
        palette = window.guides.palette
        assert palette is not None
        QTest.keyClicks(palette.search, "choose keras-only")
        command = palette.found[0]
        assert (command.name, command.place, command.is_checked) == ("keras-only", "Model", False)
        QTest.keyClick(palette.search, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: "✓ keras-only" in rows(window))

    assert journey([str(photo)], steps) == 0
