"""A person's own kernels, kept as files."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from explorer.core import my_kernels
from explorer.core.kernels import Filter
from explorer.errors import KernelError
from explorer.state.notices import Notices


class MyKernelsState(QObject):
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

    @property
    def kernels(self) -> tuple[Filter, ...]:
        """The kernels, by name; read when first asked for."""
        if self._kernels is None:
            self._kernels = my_kernels.list_kernels(self._folder)
        return self._kernels

    def save(self, kept: Filter, name: str) -> bool:
        """Keep a filter under a name; False where that is refused, with a notice."""
        return self._do(lambda: my_kernels.save(self._folder, kept, name))

    def rename(self, kept: Filter, name: str) -> bool:
        """Give a kept filter another name."""
        renamed: list[Filter] = []
        is_done = self._do(lambda: renamed.append(my_kernels.rename(self._folder, kept, name)))
        for new in renamed:
            self.renamed.emit(kept, new)
        return is_done

    def delete(self, kept: Filter) -> bool:
        """Remove a kept filter, and offer to bring it back."""
        if not self._do(lambda: my_kernels.delete(self._folder, kept)):
            return False

        def bring_back() -> None:
            self.save(kept, kept.name)

        self._notices.hint(f"“{kept.name}” was deleted.", "Undo", bring_back)
        return True

    def _do(self, act: Callable[[], object]) -> bool:
        try:
            act()
        except KernelError as error:
            self._notices.report(error)
            return False
        finally:
            self._kernels = None
        self.changed.emit()
        return True
