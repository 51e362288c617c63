"""The user's own kernels, saved as files."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from explorer.core.kernels import user_kernels as user_kernels
from explorer.core.kernels.kernel import Filter
from explorer.errors import KernelError
from explorer.state.shared.notices import Notices

_Made = TypeVar("_Made")

MOST_TOLD = 3


class UserKernelsState(QObject):
    """Lists, saves, renames and deletes the kernels of one folder.

    Signals
    -------
    changed()
        `kernels` has another value.
    renamed(old, new)
        A filter of another name and key is in the place of this one.
    """

    changed = Signal()
    renamed = Signal(object, object)

    def __init__(self, folder: Path, notices: Notices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._notices = notices
        self._kernels: tuple[Filter, ...] | None = None
        self._told: set[str] = set()

    @property
    def kernels(self) -> tuple[Filter, ...]:
        """The kernels, by name; read when first asked for. What cannot be read is told once."""
        if self._kernels is None:
            self._kernels, errors = user_kernels.list_kernels(self._folder)
            self._tell(error.sentence for error in errors)
        return self._kernels

    def save(self, shown: Filter, name: str, *, is_replacing: bool = False) -> Filter:
        """Keep a filter under a name, and say so; errors and result as of `user_kernels.save`."""
        kept = self._change(
            lambda: user_kernels.save(self._folder, shown, name, is_replacing=is_replacing)
        )
        self._notices.hint(f"Saved to My kernels as “{kept.name}”.")
        return kept

    def rename(self, kept: Filter, name: str) -> Filter:
        """Give a kept filter another name; errors and result as of `user_kernels.rename`."""
        renamed = self._change(lambda: user_kernels.rename(self._folder, kept, name))
        self.renamed.emit(kept, renamed)
        return renamed

    def delete(self, kept: Filter) -> None:
        """Remove a kept filter, and offer to bring it back; say so where it cannot be done."""

        def bring_back() -> None:
            self._try(lambda: user_kernels.save(self._folder, kept, kept.name))

        if self._try(lambda: user_kernels.delete(self._folder, kept)):
            self._notices.hint(f"“{kept.name}” was deleted.", "Undo", bring_back)

    def _tell(self, sentences: Iterable[str]) -> None:
        new = [sentence for sentence in sentences if sentence not in self._told]
        self._told.update(new)
        if new:
            rest = f" And {len(new) - MOST_TOLD:,} more." if len(new) > MOST_TOLD else ""
            self._notices.warn(f"My kernels: {' '.join(new[:MOST_TOLD])}{rest}")

    def _try(self, act: Callable[[], object]) -> bool:
        try:
            self._change(act)
        except KernelError as error:
            self._notices.report(error)
            return False
        return True

    def _change(self, act: Callable[[], _Made]) -> _Made:
        self._kernels = None  # to be read anew, even if only half of it is done
        made = act()
        self.changed.emit()
        return made
