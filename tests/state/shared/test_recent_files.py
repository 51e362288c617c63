"""The ten files opened last, over restarts, missing ones and damage."""

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from explorer.background.tasks import TaskPool
from explorer.state.shared.notices import Notices
from explorer.state.shared.recent_files import MAX_FILES, RecentFiles


def settings_of(folder: Path) -> QSettings:
    return QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def recent(pool: TaskPool, tmp_path: Path) -> RecentFiles:
    return RecentFiles(settings_of(tmp_path), pool, Notices())


def test_the_newest_is_first_once_and_ten_are_kept(recent: RecentFiles):
    for number in range(12):
        recent.add(Path(f"/photos/{number}.jpg"))
    recent.add(Path("/photos/5.jpg"))
    names = [path.name for path in recent.paths]
    assert names == [f"{n}.jpg" for n in (5, 11, 10, 9, 8, 7, 6, 4, 3, 2)]
    assert len(names) == MAX_FILES


def test_a_relative_name_is_kept_as_seen_from_anywhere(
    recent: RecentFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    recent.add(Path("photos/../cat.jpg"))
    assert recent.paths == (tmp_path / "cat.jpg",)


def test_they_are_there_after_a_restart_whatever_their_names(pool: TaskPool, tmp_path: Path):
    paths = [
        Path("/photos/one, two; three = 4.jpg"),
        Path("/photos/Katze 😺 & 猫.jpg"),
        Path("/photos/caf\udce9.jpg"),  # a byte that is no UTF-8
        Path('/photos/"quoted" \\ back.jpg'),
    ]
    for count in (1, len(paths)):
        settings = settings_of(tmp_path)
        recent = RecentFiles(settings, pool, Notices())
        recent.clear()
        for path in paths[:count]:
            recent.add(path)
        settings.sync()
        again = RecentFiles(settings_of(tmp_path), pool, Notices())
        assert again.paths == tuple(reversed(paths[:count]))


def test_missing_ones_vanish_and_come_back(qtbot: QtBot, recent: RecentFiles, tmp_path: Path):
    files = [tmp_path / "a.png", tmp_path / "b.png"]
    for file in files:
        file.touch()
        recent.add(file)
    files[1].unlink()
    assert recent.paths == (files[1], files[0])  # nobody has looked yet
    with qtbot.waitSignal(recent.changed):
        recent.refresh()
    assert recent.paths == (files[0],)
    files[1].touch()
    with qtbot.waitSignal(recent.changed):
        recent.refresh()
    assert recent.paths == (files[1], files[0])


def test_what_cannot_be_looked_at_is_missing_too(qtbot: QtBot, recent: RecentFiles):
    recent.add(Path("/photos") / ("n" * 5000))  # no system takes such a name
    with qtbot.waitSignal(recent.changed):
        recent.refresh()
    assert recent.paths == ()


def test_what_is_opened_again_is_not_missing(qtbot: QtBot, recent: RecentFiles, tmp_path: Path):
    file = tmp_path / "a.png"
    recent.add(file)
    with qtbot.waitSignal(recent.changed):
        recent.refresh()
    assert recent.paths == ()
    recent.add(file)
    assert recent.paths == (file,)


def test_only_changes_are_told(qtbot: QtBot, recent: RecentFiles, tmp_path: Path):
    told = []
    recent.changed.connect(lambda: told.append(recent.paths))
    recent.clear()
    recent.add(tmp_path)
    recent.add(tmp_path)
    recent.clear()
    assert told == [(tmp_path,), ()]


def test_clearing_survives_a_restart(pool: TaskPool, tmp_path: Path):
    settings = settings_of(tmp_path)
    recent = RecentFiles(settings, pool, Notices())
    recent.add(tmp_path / "a.png")
    recent.clear()
    settings.sync()
    assert RecentFiles(settings_of(tmp_path), pool, Notices()).paths == ()


DAMAGE = ["", "[", "{}", "3", "null", '"cat.jpg"', '["", 4, null, "\\u0000", ["a"]]', "[" * 100_000]


@pytest.mark.parametrize("text", DAMAGE, ids=range(len(DAMAGE)))
def test_damage_is_an_empty_list(text: str, pool: TaskPool, tmp_path: Path):
    settings = settings_of(tmp_path)
    settings.setValue("recent_files", text)
    assert RecentFiles(settings, pool, Notices()).paths == ()
