"""What was open: noted while the program runs, and taken up again at the next start."""

import os
from collections.abc import Mapping

from PySide6.QtCore import QObject

from explorer import paths
from explorer.core.desktop.session import SavedSession
from explorer.core.files.json_text import write_json
from explorer.core.files.names import printable_name
from explorer.state.shared.notices import Topic
from explorer.views.filter.memory import FilterMemory
from explorer.views.window.main_window import MainWindow
from explorer.wiring.states import States


class Memory(QObject):
    """Reads the session, opens what it names, and notes what is open from then on."""

    def __init__(self, states: States) -> None:
        super().__init__(states)
        self._states = states
        self._noted = states.session.restore()
        self._pages = memories(self._noted)
        # What is opened where no picture is asked for, or none can be opened: every page waits
        # for one.
        self._stand_ins = [self._open_remembered, self._open_sample]
        self._lost: list[str] = []

    @property
    def page(self) -> str:
        """The name of the page that was shown."""
        return self._noted.page

    def of_page(self, name: str) -> str:
        """Return what a page noted; empty where it noted nothing."""
        return self._pages.get(name, "")

    def take_up(self, window: MainWindow) -> None:
        """Make the window as it was, and choose the model."""
        noted = self._noted
        if noted.geometry:
            window.restoreGeometry(noted.geometry)
        window.show_inspector(noted.is_inspector_shown)
        model, models = noted.model, self._states.models
        if model is not None and os.path.exists(model):
            models.reopen(model)
        elif model is not None:
            instead = models.current
            rest = f": {instead.name} is used instead." if instead else "."
            sentence = f"The model “{printable_name(model)}” no longer exists{rest}"
            self._tell_lost(sentence, topic="model")

    def open_stand_in(self) -> None:
        """Open the picture of last time, or else a sample, if there is no picture yet."""
        pictures = self._states.pictures
        while self._stand_ins and pictures.current is None and not pictures.is_busy:
            self._stand_ins.pop(0)()

    def follow(self, window: MainWindow) -> None:
        """Note from now on what is open."""
        states = self._states
        states.session.follow(lambda: self._collect(window))
        states.kept_rows.follow()
        for changed in (
            *(states.pictures.picture_changed, states.models.model_changed),
            *(window.pages.memory_changed, window.page_shown, window.inspector_toggled),
        ):
            changed.connect(lambda *values: states.session.touch())

    def _collect(self, window: MainWindow) -> SavedSession:
        file = self._states.pictures.current
        # Until a picture has come, what was noted before stands; likewise of each page.
        picture, name = self._noted.picture, self._noted.picture_name
        if file is not None:
            picture, name = file.path, "" if file.path else file.name
        shown = {name: page.memory for name, page in window.pages.built.items()}
        return SavedSession(
            page=window.page_name,
            picture=picture,
            is_inspector_shown=window.is_inspector_shown,
            geometry=bytes(window.saveGeometry().data()),
            picture_name=name,
            model=self._states.models.wanted,
            pages={**self._pages, **shown},
        )

    def _open_remembered(self) -> None:
        picture, name = self._noted.picture, self._noted.picture_name
        pictures, kept = self._states.pictures, self._states.kept
        if picture is not None and os.path.isfile(picture):
            pictures.open_file(picture)
        elif picture is None and name and kept.is_there:
            pictures.open_kept(lambda: kept.read(name))
        else:
            lost = printable_name(name if picture is None else picture)
            if lost:
                sentence = f"“{lost}” no longer exists: a sample is shown instead."
                self._tell_lost(sentence, topic="picture")

    def _open_sample(self) -> None:
        samples = paths.sample_pictures()
        if samples:
            self._states.pictures.open_file(samples[0])

    def _tell_lost(self, sentence: str, *, topic: Topic) -> None:
        """Tell what is gone since last time, all of it in one notice: only the newest is seen."""
        self._lost.append(sentence)
        self._states.notices.warn(" ".join(self._lost), topic=topic)


def memories(noted: SavedSession) -> Mapping[str, str]:
    """Return what each page noted, by its name, also from a session of before pages noted it."""
    found = dict(noted.pages)
    if noted.layer:
        found.setdefault("network", noted.layer)
    if noted.dataset is not None:
        found.setdefault("dataset", write_json(noted.dataset))
    if noted.filter_document or noted.panel_layout:
        old = FilterMemory(noted.filter_document, noted.panel_layout)
        found.setdefault("filter", old.write())
    return found
