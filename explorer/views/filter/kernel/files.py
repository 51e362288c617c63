"""Kernels in and out: files, the clipboard, and a person's own ones."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from explorer.core.kernels.files import read_kernel, write_kernel
from explorer.core.kernels.kernel import Filter
from explorer.core.kernels.notations.formatting import MatrixStyle, format_matrix
from explorer.errors import ExplorerError
from explorer.state.filter.filter_state import EDITED, FilterState
from explorer.state.filter.user_kernels_state import UserKernelsState
from explorer.state.shared.notices import Notices, Topic
from explorer.views.common.dialogs.name_dialog import NameDialog
from explorer.views.common.dialogs.save_dialog import SaveKind, ask_where_to_save

_KINDS = (
    SaveKind("JSON (keeps the name)", (".json",)),
    SaveKind("Table", (".csv",)),
    SaveKind("NumPy", (".npy",)),
)


class KernelFiles(QObject):
    """Asks for names and places, and says what could not be done."""

    def __init__(
        self,
        state: FilterState,
        user_kernels: UserKernelsState,
        notices: Notices,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._state = state
        self._user_kernels = user_kernels
        self._notices = notices
        self._window = window

    def open(self) -> None:
        """Ask for a kernel file and apply it."""
        name, _ = QFileDialog.getOpenFileName(
            self._window, "Open kernel", "", "Kernels (*.json *.csv *.npy);;All files (*)"
        )
        if name:
            self.open_path(Path(name))

    def open_path(self, path: Path) -> None:
        """Apply a kernel file."""
        self._try(lambda: self._state.choose_filter(read_kernel(path)))

    def save(self) -> None:
        """Ask for a file and write the kernel into it."""
        convolution = self._state.settings.convolution
        if convolution is None:
            return
        suggested = f"{convolution.filter.name}.json".replace("/", "-")
        place = ask_where_to_save(self._window, "Save kernel", suggested, _KINDS)
        if place is not None:
            path = place[0]
            self._try(lambda: write_kernel(convolution.filter, path), f"Saved “{path.name}”.")

    def save_own(self) -> None:
        """Ask for a name and keep the kernel under it."""
        convolution = self._state.settings.convolution
        if convolution is None:
            return
        shown = convolution.filter
        # One of mine that was edited is most often to be kept as what it was.
        name = shown.name.removesuffix(EDITED)
        is_kept = any(own.name == name for own in self._user_kernels.kernels)

        def keep(name: str, *, is_replacing: bool = False) -> None:
            self._state.adopt_kept(self._user_kernels.save(shown, name, is_replacing=is_replacing))

        NameDialog(
            self._window,
            "Save to My kernels",
            "Save",
            name if is_kept else shown.name,
            use=keep,
            replace=partial(keep, is_replacing=True),
        ).ask()

    def rename_own(self, kept: Filter) -> None:
        """Ask for another name of a kept kernel."""
        NameDialog(
            self._window,
            "Rename kernel",
            "Rename",
            kept.name,
            use=lambda name: self._user_kernels.rename(kept, name),
        ).ask()

    def delete_own(self, kept: Filter) -> None:
        """Delete a kept kernel; the notice brings it back."""
        self._user_kernels.delete(kept)

    def paste(self) -> None:
        """Apply the matrix in the clipboard."""
        text = QGuiApplication.clipboard().text()
        if not text.strip():
            self._notices.warn("The clipboard holds no text: copy a matrix first.")
            return
        self.apply_text(text)

    def apply_text(self, text: str) -> bool:
        """Apply a matrix written as text, and return whether it is one."""
        # Imported late: the parsers of three languages would delay the start.
        from explorer.core.kernels.notations.parsing import parse_matrix

        def apply() -> None:
            pasted = parse_matrix(text)
            self._state.choose_filter(pasted.filter)
            self._notices.withdraw("kernel")
            if pasted.note:
                self._notices.hint(pasted.note, topic="kernel", page="filter")

        return self._try(apply, topic="kernel")

    def copy(self, style: MatrixStyle, kernel_index: int) -> None:
        """Put the kernel into the clipboard as text."""
        convolution = self._state.settings.convolution
        if convolution is not None:
            kernel = convolution.filter.kernels[kernel_index]
            QGuiApplication.clipboard().setText(format_matrix(kernel, style))

    def _try(self, act: Callable[[], object], done: str = "", *, topic: Topic = "") -> bool:
        try:
            act()
        except ExplorerError as error:
            self._notices.report(error, topic=topic)
            return False
        if done:
            self._notices.hint(done)
        return True
