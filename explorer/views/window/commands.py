"""What can be done with the window itself."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QKeySequence

from explorer.views.common.command import Command, escaped
from explorer.views.common.page_spec import PageSpec

if TYPE_CHECKING:
    from explorer.views.window.main_window import MainWindow

_Key = QKeySequence.StandardKey
MOST_NUMBERED = 9


def list_page_commands(specs: Sequence[PageSpec[Any]]) -> list[Command["MainWindow"]]:
    """Return the commands that show the pages, in the order of the page bar."""
    return [_show(spec, number) for number, spec in enumerate(specs, start=1)]


def _show(spec: PageSpec[Any], number: int) -> Command["MainWindow"]:
    keys = f"Ctrl+{number}" if number <= MOST_NUMBERED else ""
    return Command(
        f"show_{spec.name}",
        spec.title,
        lambda window: window.show_page(spec.name),
        keys=keys,
        menu=("View", 10 + min(number, MOST_NUMBERED)),
        keywords="page go",
        tip=f"{spec.title} ({keys})" if keys else spec.title,
        is_checked=lambda window: window.page_name == spec.name,
    )


def list_window_commands() -> Iterable[Command["MainWindow"]]:
    """Return all others, menu by menu."""
    yield Command(
        "open_picture",
        "&Open picture…",
        lambda window: window.open_pictures(),
        keys=_Key.Open,
        menu=("File", 10),
        keywords="photo image load",
    )
    yield Command(
        "open_dataset",
        "Open &dataset folder…",
        lambda window: window.open_dataset(),
        keys="Ctrl+Shift+O",
        menu=("File", 11),
        keywords="pictures classes load directory",
    )
    yield Command(
        "open_model",
        "Open &model…",
        lambda window: window.open_model(),
        menu=("File", 12),
        keywords="network keras h5 onnx tflite pytorch load",
    )
    yield Command(
        "open_run",
        "Open mod&el folder…",
        lambda window: window.open_run(),
        menu=("File", 13),
        keywords="network run savedmodel load",
    )
    yield Command(
        "quit",
        "&Quit",
        lambda window: window.close(),
        keys=_Key.Quit,
        menu=("File", 30),
        keywords="exit close",
    )
    yield Command(
        "undo",
        "&Undo",
        lambda window: window.undo(),
        keys=_Key.Undo,
        menu=("Edit", 10),
        is_enabled=lambda window: window.undo_group.canUndo(),
        describe=lambda window: f"&Undo {escaped(window.undo_group.undoText())}".rstrip(),
    )
    yield Command(
        "redo",
        "&Redo",
        lambda window: window.redo(),
        keys=_Key.Redo,
        menu=("Edit", 11),
        is_enabled=lambda window: window.undo_group.canRedo(),
        describe=lambda window: f"&Redo {escaped(window.undo_group.redoText())}".rstrip(),
    )
    yield Command(
        "paste",
        "&Paste picture",
        lambda window: window.paste(),
        keys=_Key.Paste,
        menu=("Edit", 29),
        keywords="clipboard photo",
    )
    yield Command(
        "back",
        "&Back",
        lambda window: window.history_wanted.emit(-1),
        keys=("Alt+Left", "Back"),
        menu=("View", 20),
        keywords="history previous",
        is_enabled=lambda window: window.can_go_back,
    )
    yield Command(
        "forward",
        "F&orward",
        lambda window: window.history_wanted.emit(1),
        keys=("Alt+Right", "Forward"),
        menu=("View", 21),
        keywords="history next",
        is_enabled=lambda window: window.can_go_forward,
    )
    yield Command(
        "inspector",
        "&Inspector",
        lambda window: window.show_inspector(not window.is_inspector_shown),
        keys="F9",
        menu=("View", 30),
        keywords="panel sidebar",
        is_checked=lambda window: window.is_inspector_shown,
    )
    yield Command(
        "presentation",
        "&Presentation mode (full screen)",
        lambda window: window.toggle_full_screen(),
        keys="F11",
        menu=("View", 31),
        keywords="fullscreen projector zoom large",
    )


def list_stand_ins() -> Iterable[Command["MainWindow"]]:
    """Return what stands in the menus where a page has nothing to save or to copy."""
    for name, text, keys, menu in (
        ("save", "&Save…", _Key.Save, "File"),
        ("copy", "&Copy", _Key.Copy, "Edit"),
    ):
        yield Command(
            name,
            text,
            lambda window: None,
            keys=keys,
            menu=(menu, 20),
            is_enabled=lambda window: False,
        )
