"""The windows that Help opens: About, how to train, and the question before all is reset."""

from dataclasses import astuple
from html import escape
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QMessageBox, QWidget

from explorer import __version__
from explorer.core.desktop.about import describe_program, list_components
from explorer.core.desktop.sandbox import describe_confinement, possible_limits
from explorer.views.common.theme import app_icon

ICON_PX = 64
TRAIN_COMMAND = "python train.py PICTURES --output runs/mine"
CELL = "white-space: nowrap; padding-right: 16px"


def show_about(parent: QWidget) -> None:
    """Tell what this program is, and what is inside; all of it can be copied."""
    rows = "".join(
        "<tr>" + "".join(f"<td style='{CELL}'>{escape(text)}</td>" for text in one) + "</tr>"
        for one in map(astuple, list_components())
    )
    box = QMessageBox(parent)
    box.setWindowTitle("About ConvNet Explorer")
    box.setIconPixmap(app_icon().pixmap(ICON_PX, ICON_PX))
    box.setTextFormat(Qt.TextFormat.RichText)
    box.setText(
        f"<h3>ConvNet Explorer {__version__}</h3>"
        "<p>See what convolution and convolutional networks do to a picture.<br>MIT licence.</p>"
        f"<p>{escape(describe_confinement(possible_limits()))}</p>"
        f"<p>It is built on:</p><table>{rows}</table>"
    )
    copy = box.addButton("&Copy", QMessageBox.ButtonRole.ActionRole)
    copy.setToolTip("Copy the version information")
    if _ask(box, QMessageBox.StandardButton.Close) is copy:
        QGuiApplication.clipboard().setText(describe_program())


def show_training(parent: QWidget) -> None:
    """Tell how a network is trained; the command can be copied."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Information)
    box.setWindowTitle("Train a network")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText("Networks are trained in a terminal, on a folder of labelled pictures:")
    box.setInformativeText(
        f"{TRAIN_COMMAND}\n\n"
        "PICTURES has one subfolder per class, or files named like cat.1.jpg. The network, its "
        "test accuracy and its training curves are saved in the run folder, here runs/mine; "
        "“Open model…” in the File menu opens it.\n\n"
        "python train.py --help lists the recipes and all options."
    )
    copy = box.addButton("&Copy command", QMessageBox.ButtonRole.ActionRole)
    if _ask(box, QMessageBox.StandardButton.Close) is copy:
        QGuiApplication.clipboard().setText(TRAIN_COMMAND)


def ask_to_reset(parent: QWidget, aside: Path) -> bool:
    """Ask whether all is to be as on the first start, and say what that means.

    Parameters
    ----------
    aside : Path
        The folder where what is open now stays, to be found again.
    """
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle("Reset")
    box.setText("Reset all settings?")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setInformativeText(
        "This resets the preferences, the recent files and everything that is open: the page, the "
        "picture, the steps with their kernels, the model, the dataset, the table on the "
        "Classify page, and the position and size of the window.\n\n"
        "Your own kernels, your runs and all files that you saved are kept. The steps, and a "
        "picture without a file, are backed up under names with “before-reset” in\n"
        f"{aside}."
    )
    reset = box.addButton("&Reset", QMessageBox.ButtonRole.DestructiveRole)
    return _ask(box, QMessageBox.StandardButton.Cancel) is reset


def _ask(box: QMessageBox, safe: QMessageBox.StandardButton) -> QAbstractButton:
    """Show a box whose default and Escape are one button; return the one that was clicked."""
    button = box.addButton(safe)
    box.setDefaultButton(button)
    box.setEscapeButton(button)
    box.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    box.exec()
    box.deleteLater()
    return box.clickedButton()
