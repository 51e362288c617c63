"""A watched folder: its new photos are classified as they appear."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from explorer.background.watch import FolderWatch
from explorer.core.files.names import printable_name, shorten_name
from explorer.errors import ExplorerError
from explorer.state.classify.classify_state import ClassifyState
from explorer.state.shared.notices import Notices


class WatchingState(QObject):
    """Watches one folder at a time, and has its new pictures classified.

    Signals
    -------
    changed()
        `folder` or `sentence` has another value.
    """

    changed = Signal()

    def __init__(
        self, classify: ClassifyState, notices: Notices, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._classify = classify
        self._notices = notices
        self._watch: FolderWatch | None = None
        self._count = 0
        self._has_begun = False

    @property
    def folder(self) -> Path | None:
        """The folder that is watched."""
        return None if self._watch is None else self._watch.folder

    @property
    def sentence(self) -> str:
        """What is watched, and how many pictures came; empty where nothing is."""
        if self.folder is None:
            return ""
        name = f"“{shorten_name(printable_name(self.folder))}”"
        if not self._has_begun:
            return f"Looking at what is in {name} already…"
        came = {0: "no new picture yet", 1: "1 new picture"}
        return f"Watching {name}: {came.get(self._count, f'{self._count:,} new pictures')}"

    def start(self, folder: Path) -> None:
        """Watch a folder, and no other any more; what is in it already is not classified."""
        self.stop()
        watch = self._watch = FolderWatch(folder.absolute(), self)
        watch.began.connect(lambda: self._on_began(watch))
        watch.found.connect(lambda paths: self._on_found(watch, paths))
        watch.ended.connect(lambda error: self._on_ended(watch, error))
        self._count, self._has_begun = 0, False
        self._notices.withdraw("rows")
        watch.start()
        self.changed.emit()

    def stop(self) -> None:
        """Watch nothing any more; the rows stay."""
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.close()
            watch.deleteLater()
            self.changed.emit()

    def _on_began(self, watch: FolderWatch) -> None:
        if watch is self._watch:
            self._has_begun = True
            self.changed.emit()

    def _on_found(self, watch: FolderWatch, paths: list[Path]) -> None:
        if watch is self._watch:
            self._count += len(paths)
            self._classify.add_watched(paths)
            self.changed.emit()

    def _on_ended(self, watch: FolderWatch, error: ExplorerError) -> None:
        if watch is self._watch:
            self.stop()
            self._notices.report(error, topic="rows")
