"""What arrives from outside: sorted on a thread, then opened by what it is."""

import os
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from explorer.core.desktop.handover import Handover
from explorer.core.desktop.paths_by_kind import PathsByKind, sort_paths
from explorer.core.files.names import list_names
from explorer.core.images.read import (
    Picture,
    PictureFile,
    decode_picture,
    picture_from_pixels,
)
from explorer.state.shared.timers import make_timer
from explorer.views.window.drop_payload import DropPayload
from explorer.views.window.main_window import MainWindow
from explorer.wiring.states import States

PATIENCE_MS = 1000
"""What lies on a share that sleeps is told after so long, and can be given up."""


class OpenRouter(QObject):
    """Opens files, folders, pixels and texts where they belong, and shows that page.

    Parameters
    ----------
    window : MainWindow
    states : States
    page : str or None
        The page that is to be seen after the first arrival, whatever arrives.

    Signals
    -------
    sorted()
        What was given has been sorted, and is being opened; or that failed.
    """

    sorted = Signal()

    def __init__(self, window: MainWindow, states: States, *, page: str | None) -> None:
        super().__init__(window)
        self._window = window
        self._pool = states.pool
        self._notices = states.notices
        self._pictures = states.pictures
        self._models = states.models
        self._dataset = states.dataset
        self._classify = states.classify
        self._page_wanted = page
        self._sorting: list[Sequence[Path]] = []  # each is one drop; equal ones are not the same
        self._patience = make_timer(self, PATIENCE_MS, self._tell_slowness)
        self._shows_model = False
        states.models.opened.connect(self._show_model)
        window.payload_received.connect(self.open_payload)
        window.dataset_wanted.connect(self.open_dataset)
        states.getting.arrived.connect(self.open_dataset)
        window.model_expected.connect(states.classifier.expect_stranger)

    @property
    def is_busy(self) -> bool:
        """Whether something is still being sorted."""
        return bool(self._sorting)

    def open(self, given: Sequence[Path]) -> None:
        """Open pictures, folders, runs and kernels."""
        given = list(given)
        self._sorting.append(given)
        self._models.expect()
        self._patience.start()
        self._pool.run(
            lambda: sort_paths(given),
            done=lambda kinds: self._on_sorted(given, kinds),
            failed=lambda error: self._on_failed(given, error),
            is_bulk=True,
        )

    def cancel(self) -> None:
        """Open nothing of what is still being sorted."""
        for given in list(self._sorting):
            self._end(given)
            self._models.settle()
        self._page_wanted = None
        self.sorted.emit()

    def take_over(self, request: Handover) -> None:
        """Come to the front with what another start of the program was asked for."""
        if request.activation_token:
            # Where Qt looks for it, and a desktop wants one before it lets a window come forward.
            os.environ["XDG_ACTIVATION_TOKEN"] = request.activation_token
        self._window.come_to_front()
        if request.paths:
            self._page_wanted = None  # what was asked for at the start is done
            self.open(request.paths)

    def open_payload(self, carried: DropPayload) -> None:
        """Open what was dropped, pasted or chosen."""
        name = "pasted picture" if carried.is_pasted else "dropped picture"
        if carried.are_pictures:
            self._page_wanted = None  # what was asked for at the start is done
            self.open_pictures(carried.paths, self._window.page_name)
        elif carried.paths:
            self.open(carried.paths)
        elif carried.pixels is not None or carried.data:
            self._open_loose(carried.pixels, carried.data, name)
        elif carried.text:
            if self._window.page("filter").open_text(carried.text):
                self._show("filter")
        elif carried.is_link:
            self._notices.warn(
                "Links cannot be opened: save the picture first, then drop the file here.",
                topic="picture",
            )
        else:
            self._notices.warn("The clipboard holds no picture.", topic="picture")

    def open_pictures(self, pictures: Sequence[Path], page: str) -> None:
        """Make a single picture the current one, which the Classify page classifies; list more."""
        if len(pictures) == 1:
            picture = pictures[0].absolute()
            if page == "classify":
                self._classify.add_current(picture)
            self._pictures.open_file(picture)
        elif pictures:
            self._classify.add_files(pictures)
            self._show("classify")

    def open_dataset(self, folder: Path, page: str = "dataset") -> None:
        """Open a folder as the dataset, on the Dataset page or on another that is about it."""
        self._dataset.open_folder(folder)
        self._window.show_page(page)

    def _open_loose(self, pixels: Picture | None, data: bytes, name: str) -> None:
        """Make a picture without a file the current one, which the Classify page classifies."""

        def read(name: str) -> PictureFile:
            if pixels is None:
                return decode_picture(data, name=name)
            return picture_from_pixels(pixels, name)

        if self._window.page_name == "classify":
            name = self._classify.add_loose(name.capitalize(), read)
        if pixels is None:
            self._pictures.open_data(data, name)
        else:
            self._pictures.open_pixels(pixels, name)

    def _tell_slowness(self) -> None:
        names = list_names(self._sorting[-1], quoted=True)
        self._notices.hint(
            f"Waiting for {names}: the disk or the network answers slowly.",
            "Cancel",
            self.cancel,
            topic="arrival",
        )

    def _end(self, given: Sequence[Path]) -> bool:
        """Return whether something is still wanted, which is sorted now."""
        places = [place for place, one in enumerate(self._sorting) if one is given]
        if not places:
            return False
        del self._sorting[places[0]]
        if not self._sorting:
            self._patience.stop()
            self._notices.withdraw("arrival")
        return True

    def _on_sorted(self, given: Sequence[Path], kinds: PathsByKind) -> None:
        if not self._end(given):
            return
        page = self._page_wanted or self._window.page_name
        if kinds.models:
            self._shows_model = self._page_wanted is None
            self._models.open_paths(kinds.models)
        self._models.settle()
        if kinds.kernels:
            *others, kernel = kinds.kernels
            self._tell_left_out("Only one kernel can be opened at a time", others)
            self._window.page("filter").open_file(kernel)
            self._show("filter")
        if kinds.folders and page in ("dataset", "training"):
            folder, *others = kinds.folders
            self._tell_left_out("Only one dataset can be opened at a time", others)
            self.open_dataset(folder, page)
        elif kinds.folders:
            for folder in kinds.folders:
                self._classify.add_folder(folder)
            self._show("classify")
        self.open_pictures(kinds.pictures, page)
        self._page_wanted = None
        self.sorted.emit()

    def _on_failed(self, given: Sequence[Path], error: Exception) -> None:
        if not self._end(given):
            return
        self._models.settle()
        self._page_wanted = None
        self.sorted.emit()
        self._notices.report(error)

    def _tell_left_out(self, reason: str, others: Sequence[Path]) -> None:
        if others:
            were = "was" if len(others) == 1 else "were"
            self._notices.warn(f"{reason}: {list_names(others, quoted=True)} {were} ignored.")

    def _show_model(self) -> None:
        """Show the page of a model that was dropped, now that it is there."""
        if self._shows_model:
            self._shows_model = False
            self._window.show_page("network")

    def _show(self, name: str) -> None:
        """Show the page that fits what arrived, unless a page was asked for at the start."""
        if self._page_wanted is None:
            self._window.show_page(name)
