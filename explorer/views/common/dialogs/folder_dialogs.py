"""Ask a person for a folder, or for a model."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

MODEL_SUFFIXES = (".keras", ".h5", ".hdf5", ".tflite", ".onnx")


def ask_for_dataset(parent: QWidget) -> Path | None:
    """Let a person choose a folder to open as a dataset; None if they cancel."""
    return ask_for_folder(parent, "Open a folder as a dataset")


def ask_for_run(parent: QWidget) -> Path | None:
    """Let a person choose a folder that is a model; None if they cancel."""
    return ask_for_folder(parent, "Open a run folder of train.py, or a SavedModel")


def ask_for_model(parent: QWidget) -> Path | None:
    """Let a person choose a model file; None if they cancel."""
    filters = f"Models ({' '.join(f'*{suffix}' for suffix in MODEL_SUFFIXES)});;All files (*)"
    name, _ = QFileDialog.getOpenFileName(parent, "Open a model", filter=filters)
    return Path(name) if name else None


def ask_for_folder(parent: QWidget, title: str) -> Path | None:
    """Let a person choose a folder; None if they cancel."""
    name = QFileDialog.getExistingDirectory(parent, title)
    return Path(name) if name else None
