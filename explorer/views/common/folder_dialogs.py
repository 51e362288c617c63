"""Ask a person for a folder."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget


def ask_for_dataset(parent: QWidget) -> Path | None:
    """Let a person choose a folder to open as a dataset; None if they cancel."""
    return ask_for_folder(parent, "Open a folder as a dataset")


def ask_for_run(parent: QWidget) -> Path | None:
    """Let a person choose a run folder; None if they cancel."""
    return ask_for_folder(parent, "Open a run folder made by train.py")


def ask_for_folder(parent: QWidget, title: str) -> Path | None:
    """Let a person choose a folder; None if they cancel."""
    name = QFileDialog.getExistingDirectory(parent, title)
    return Path(name) if name else None
