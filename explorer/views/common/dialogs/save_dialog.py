"""Ask a person where to save, and in which of several kinds."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from PySide6.QtWidgets import QFileDialog, QWidget

# Where the last file went since the program started; the next dialog begins there.
_last_folder: list[Path] = []


class SaveKind(NamedTuple):
    """One entry of the list of kinds.

    Attributes
    ----------
    name : str
        For a person: "Table".
    suffixes : tuple of str
        How its files may end; the usual one, which a name without any gets, first.
    """

    name: str
    suffixes: tuple[str, ...]


def ask_where_to_save(
    parent: QWidget, title: str, suggested: str, kinds: Sequence[SaveKind]
) -> tuple[Path, int] | None:
    """Ask for a file; one that exists is asked about by the name that it will really have.

    Parameters
    ----------
    title : str
    suggested : str
        A name to begin with.
    kinds : sequence of SaveKind
        The first is chosen to begin with.

    Returns
    -------
    Path
        With the suffix of the chosen kind, unless one was typed.
    int
        The place of the chosen kind in `kinds`.
    None
        Nothing is to be saved.
    """
    filters = [f"{kind.name} ({' '.join(f'*{end}' for end in kind.suffixes)})" for kind in kinds]
    suffixes = dict(zip(filters, (kind.suffixes[0] for kind in kinds), strict=True))
    dialog = QFileDialog(parent, title)
    # The desktop's own dialogs ask about the name as typed, before it gets its suffix.
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.setNameFilters(filters)
    dialog.setDefaultSuffix(suffixes[filters[0]])
    dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(suffixes[chosen]))
    for folder in _last_folder:
        if folder.is_dir():
            dialog.setDirectory(str(folder))
    dialog.selectFile(suggested)
    try:
        if not dialog.exec():
            return None
        path = Path(dialog.selectedFiles()[0])
        _last_folder[:] = [path.parent]
        return path, filters.index(dialog.selectedNameFilter())
    finally:
        dialog.deleteLater()
