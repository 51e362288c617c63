"""Opening a folder, searching it, choosing from it; hostile folders are told, never fatal."""

import os
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QAbstractItemModelTester

from explorer.background.tasks import TaskPool
from explorer.background.thumbnails import ThumbnailLoader
from explorer.core.catalogue.facets import narrow
from explorer.core.catalogue.known_facets import UNLABELLED, list_facets
from explorer.core.catalogue.query import Query
from explorer.core.catalogue.searchable import SearchableDataset
from explorer.core.datasets.dataset import Dataset, Sample
from explorer.core.files.names import printable_name
from explorer.state.dataset.dataset_state import DatasetState
from explorer.state.dataset.sample_list import SAMPLE_ROLE
from explorer.state.shared.notices import Notices


class Told:
    """Everything a DatasetState told."""

    def __init__(self, state: DatasetState, notices: Notices) -> None:
        self.sentences: list[str] = []
        self.chosen: list[Path] = []
        self.datasets = 0
        notices.posted.connect(lambda notice: self.sentences.append(notice.sentence))
        state.sample_chosen.connect(self.chosen.append)
        state.dataset_changed.connect(self._count)

    def _count(self) -> None:
        self.datasets += 1


@pytest.fixture
def notices(qapp):
    return Notices()


@pytest.fixture
def state(qtbot, notices):
    pool, thumbnails = TaskPool(), ThumbnailLoader()
    state = DatasetState(pool, thumbnails, notices)
    yield state
    state.cancel()
    thumbnails.close()
    pool.close()


@pytest.fixture
def told(state, notices):
    return Told(state, notices)


def make_picture(path: Path, color=(10, 200, 30)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (24, 16), color).save(path)
    return path


def open_folder(qtbot, state, folder: Path) -> None:
    state.open_folder(folder)
    qtbot.waitUntil(lambda: state.scanned_folder is None)


def shown_names(state) -> list[str]:
    samples = state.samples
    return [samples.index(row).data() for row in range(samples.rowCount())]


@pytest.fixture
def pets(tmp_path) -> Path:
    folder = tmp_path / "pets"
    for name in ("cat.1", "cat.2", "cat.10", "cat.12", "dog.1", "dog.12"):
        make_picture(folder / f"{name}.jpg")
    return folder


def show(state: DatasetState, label: str | None, text: str) -> None:
    state.search(text)
    state.choose("label", None if label is None else frozenset({label}))


def label_counts(state: DatasetState) -> dict[str, int]:
    facet = next(facet for facet in state.facets if facet.name == "label")
    return dict(zip(facet.values, state.counts_of("label").tolist(), strict=True))


def test_a_folder_opens_with_its_classes_and_all_its_samples(qtbot, state, told, pets):
    (pets / "notes.txt").write_text("no picture")
    open_folder(qtbot, state, pets)
    assert told.datasets == 1
    assert state.dataset.classes == ("cat", "dog")
    assert [one.path.name for one in state.dataset.left_out] == ["notes.txt"]
    assert label_counts(state) == {"cat": 4, "dog": 2}
    names = ["cat.1.jpg", "cat.2.jpg", "cat.10.jpg", "cat.12.jpg", "dog.1.jpg", "dog.12.jpg"]
    assert shown_names(state) == names
    assert told.sentences == []


def test_class_and_name_filter_together(qtbot, state, told, pets):
    open_folder(qtbot, state, pets)
    show(state, "cat", "1")
    assert shown_names(state) == ["cat.1.jpg", "cat.10.jpg", "cat.12.jpg"]
    show(state, "cat", "12")
    assert shown_names(state) == ["cat.12.jpg"]
    show(state, None, "CAT.1")
    assert shown_names(state) == ["cat.1.jpg", "cat.10.jpg", "cat.12.jpg"]
    show(state, "dog", "2.j")
    assert shown_names(state) == ["dog.12.jpg"]
    show(state, "dog", "nothing")
    assert shown_names(state) == []
    show(state, None, "")
    assert len(shown_names(state)) == 6


def test_samples_without_a_label_are_a_choice_of_their_own(qtbot, state, tmp_path):
    for name in ("bird/1.png", "fish/1.png", "loose.png"):
        make_picture(tmp_path / name)
    open_folder(qtbot, state, tmp_path)
    assert label_counts(state) == {"bird": 1, "fish": 1, UNLABELLED: 1}
    show(state, UNLABELLED, "")
    assert shown_names(state) == ["loose.png"]


labels = st.sampled_from(["cat", "Dog", "ß", None])
names = st.text(st.sampled_from("aAbBßΣ1."), min_size=1, max_size=6)


@given(
    found=st.lists(st.tuples(names, labels), max_size=30),
    label=st.sampled_from(["cat", "Dog", "ß", UNLABELLED, None]),
    text=st.text(st.sampled_from("aAbBßΣ1."), max_size=3),
)
@settings(max_examples=60, deadline=None)
def test_a_search_finds_what_looking_at_each_sample_finds(found, label, text):
    samples = tuple(Sample(Path("/x") / f"_{name}", label) for name, label in found)
    classes = tuple(sorted({s.label for s in samples if s.label is not None}))
    dataset = Dataset(Path("/x"), classes, samples)
    expected = [
        place
        for place, sample in enumerate(samples)
        if (label is None or (sample.label or UNLABELLED) == label)
        and text.casefold() in sample.path.name.casefold()
    ]
    facets = list_facets(dataset, None, {})
    choices = {} if label is None else {"label": frozenset({label})}
    within = SearchableDataset.of(dataset).search(text)
    narrowed = narrow(facets, choices, within)
    assert np.flatnonzero(narrowed.mask).tolist() == expected
    # The counts of a facet's own values do not depend on what is chosen of it.
    assert narrowed.counts["label"].sum() == np.count_nonzero(within)


def test_another_folder_starts_unfiltered(qtbot, state, told, pets, tmp_path):
    open_folder(qtbot, state, pets)
    show(state, "cat", "12")
    make_picture(tmp_path / "birds" / "a" / "1.png")
    make_picture(tmp_path / "birds" / "b" / "2.png")
    open_folder(qtbot, state, tmp_path / "birds")
    assert state.query == Query()
    assert shown_names(state) == ["1.png", "2.png"]
    assert told.datasets == 2


def test_an_empty_folder_is_told_and_the_last_dataset_stays(qtbot, state, told, pets, tmp_path):
    open_folder(qtbot, state, pets)
    (tmp_path / "empty").mkdir()
    open_folder(qtbot, state, tmp_path / "empty")
    assert len(told.sentences) == 1
    assert "no pictures in “empty”" in told.sentences[0]
    assert len(shown_names(state)) == 6
    assert told.datasets == 1


def test_a_missing_folder_is_told(qtbot, state, told, tmp_path):
    open_folder(qtbot, state, tmp_path / "gone")
    assert len(told.sentences) == 1
    assert "“gone”" in told.sentences[0]
    assert state.dataset is None


def test_link_loops_end_and_dangling_links_are_listed_with_a_reason(qtbot, state, told, pets):
    (pets / "self").symlink_to(pets, target_is_directory=True)
    (pets / "loop.jpg").symlink_to(pets / "loop.jpg")
    (pets / "gone.jpg").symlink_to(pets / "nowhere.jpg")
    open_folder(qtbot, state, pets)
    found = shown_names(state)
    assert len(found) == 8
    for name in ("loop.jpg", "gone.jpg"):
        index = state.samples.index(found.index(name))
        index.data(Qt.ItemDataRole.DecorationRole)
        qtbot.waitUntil(lambda: not state.is_busy)
        assert index.data(Qt.ItemDataRole.DecorationRole) is None
        assert f"“{name}” was not opened" in index.data(Qt.ItemDataRole.ToolTipRole)
    assert told.sentences == []


def test_a_broken_picture_tells_its_reason_and_the_others_are_shown(qtbot, state, pets):
    whole = (pets / "cat.1.jpg").read_bytes()
    (pets / "cat.2.jpg").write_bytes(whole[: len(whole) // 2])
    open_folder(qtbot, state, pets)
    rows = range(state.samples.rowCount())
    for row in rows:
        state.samples.index(row).data(Qt.ItemDataRole.DecorationRole)
    qtbot.waitUntil(lambda: not state.is_busy)
    images = [state.samples.index(row).data(Qt.ItemDataRole.DecorationRole) for row in rows]
    assert [isinstance(image, QImage) for image in images] == [True, False, True, True, True, True]
    tip = state.samples.index(1).data(Qt.ItemDataRole.ToolTipRole)
    assert tip.splitlines()[:2] == [str(pets / "cat.2.jpg"), "cat"]
    assert "“cat.2.jpg” was not opened: the file is truncated." in tip
    assert "not opened" not in state.samples.index(0).data(Qt.ItemDataRole.ToolTipRole)


def test_strange_file_names_are_listed_and_shown(qtbot, state, tmp_path):
    strange = [os.fsdecode(b"caf\xe9.png"), "a\nb.png", "🐈" * 40 + ".png", "100%&<b>.png"]
    for name in strange:
        make_picture(tmp_path / name)
    open_folder(qtbot, state, tmp_path)
    rows = range(state.samples.rowCount())
    assert len(rows) == 4
    for row in rows:
        state.samples.index(row).data(Qt.ItemDataRole.DecorationRole)
    qtbot.waitUntil(lambda: not state.is_busy)
    for row in rows:
        assert state.samples.cell_at(row).name in list(map(printable_name, strange))
        assert state.samples.index(row).data(Qt.ItemDataRole.DecorationRole) is not None
        assert str(tmp_path) in state.samples.index(row).data(Qt.ItemDataRole.ToolTipRole)


def test_a_validation_sample_says_so(qtbot, state, tmp_path):
    for share in ("train", "validation"):
        for label in ("bird", "fish"):
            make_picture(tmp_path / share / label / f"{share}.png")
    open_folder(qtbot, state, tmp_path)
    tips = [state.samples.index(row).data(Qt.ItemDataRole.ToolTipRole) for row in range(4)]
    assert ["test set" in tip for tip in tips] == [False, False, True, True]


def test_a_thumbnail_that_came_is_told_for_its_row(qtbot, state, pets):
    open_folder(qtbot, state, pets)
    show(state, "dog", "")
    changed = []
    state.samples.dataChanged.connect(lambda first, last, roles: changed.append(first.row()))
    assert state.samples.index(1).data(Qt.ItemDataRole.DecorationRole) is None
    qtbot.waitUntil(lambda: not state.is_busy)
    assert changed == [1]


def test_a_thumbnail_of_the_rows_before_is_not_told_for_the_rows_after(qtbot, state, pets):
    open_folder(qtbot, state, pets)
    changed = []
    state.samples.dataChanged.connect(lambda first, last, roles: changed.append(first.row()))
    state.samples.index(5).data(Qt.ItemDataRole.DecorationRole)
    show(state, "cat", "12")
    qtbot.waitUntil(lambda: not state.is_busy)
    assert changed == []


def test_choosing_a_sample_tells_its_file(qtbot, state, told, pets):
    open_folder(qtbot, state, pets)
    show(state, "dog", "")
    state.choose_sample(state.samples.index(1).data(SAMPLE_ROLE))
    assert told.chosen == [pets / "dog.12.jpg"]


def test_samples_know_their_rows(qtbot, state, pets):
    open_folder(qtbot, state, pets)
    show(state, "dog", "")
    dog = state.dataset.samples[5]
    assert state.samples.row_of(5) == 1
    assert state.samples.sample_at(1) is dog
    assert state.samples.row_of(0) is None


def test_the_list_keeps_qts_rules_while_it_changes(qtbot, state, pets, tmp_path):
    QAbstractItemModelTester(
        state.samples, QAbstractItemModelTester.FailureReportingMode.Warning, state.samples
    )
    open_folder(qtbot, state, pets)
    show(state, "cat", "1")
    show(state, None, "zzz")
    show(state, None, "")
    qtbot.waitUntil(lambda: not state.is_busy)
    assert state.samples.rowCount(state.samples.index(0)) == 0
    assert state.samples.data(QModelIndex()) is None
    flags = state.samples.flags(state.samples.index(0))
    assert not flags & Qt.ItemFlag.ItemIsEditable


@pytest.fixture
def slow_folder(tmp_path):
    """Make a folder whose scan stops in its middle until the test lets it go on."""
    folder = tmp_path / "slow"
    make_picture(folder / "a.png")
    return folder


@pytest.fixture
def gate(monkeypatch, slow_folder):
    """Hold the scan of the slow folder as a slow network share would."""
    from explorer.state.dataset import folder_scan

    go_on, scan = threading.Event(), folder_scan.scan_dataset

    def scan_slowly(folder, *, layout, is_cancelled):
        if folder == slow_folder:
            is_cancelled()
            go_on.wait(10)
        return scan(folder, layout=layout, is_cancelled=is_cancelled)

    monkeypatch.setattr(folder_scan, "scan_dataset", scan_slowly)
    yield go_on
    go_on.set()


def test_a_long_scan_shows_that_it_works_and_can_be_cancelled(
    qtbot, state, told, pets, slow_folder, gate
):
    open_folder(qtbot, state, pets)
    state.open_folder(slow_folder)
    with qtbot.waitSignal(state.progress_changed):
        pass
    assert state.is_busy
    assert state.scanned_folder == slow_folder
    assert state.scanned_files == 1
    state.cancel()
    assert state.scanned_folder is None
    gate.set()
    qtbot.wait(50)
    assert state.dataset.folder == pets
    assert told.datasets == 1
    assert told.sentences == []


def test_another_folder_does_not_wait_for_the_scan_it_replaces(
    qtbot, state, told, pets, slow_folder, gate
):
    state.open_folder(slow_folder)
    open_folder(qtbot, state, pets)
    assert state.dataset.folder == pets
    gate.set()
    qtbot.wait(50)
    assert state.dataset.folder == pets
    assert told.datasets == 1
    assert told.sentences == []


def test_a_cancelled_scan_looks_at_no_further_file(qtbot, state, tmp_path, monkeypatch):
    from explorer.core.datasets import listing

    for number in range(50):
        make_picture(tmp_path / "many" / f"{number}.png")
    seen, go_on = [], threading.Event()
    why_left_out = listing.why_left_out

    def look(path):
        seen.append(path)
        if len(seen) == 3:
            go_on.wait(10)
        return why_left_out(path)

    monkeypatch.setattr(listing, "why_left_out", look)
    state.open_folder(tmp_path / "many")
    qtbot.waitUntil(lambda: len(seen) == 3)
    state.cancel()
    go_on.set()
    qtbot.wait(50)
    assert len(seen) == 3
    assert state.dataset is None


@pytest.mark.skipif(os.name != "posix", reason="FIFOs are a POSIX thing")
def test_a_pipe_in_the_folder_is_listed_and_told(qtbot, state, pets):
    os.mkfifo(pets / "pipe.jpg")
    open_folder(qtbot, state, pets)
    found = shown_names(state)
    index = state.samples.index(found.index("pipe.jpg"))
    index.data(Qt.ItemDataRole.DecorationRole)
    qtbot.waitUntil(lambda: not state.is_busy)
    assert "not a regular file" in index.data(Qt.ItemDataRole.ToolTipRole)
