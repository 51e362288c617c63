"""The map of one class over the picture, with what judges it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from explorer.core.explanation.judgement import Judgement
from explorer.core.files.names import printable_name
from explorer.views.common.labels.elided_label import ElidedLabel
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.pictures.picture_view import PictureView
from explorer.views.network.why.curves import Curves
from explorer.views.network.why.texts import describe_figures

VIEW_STRETCH, CURVES_STRETCH = 2, 1


class ClassColumn:
    """A title, the score, the picture, what covering changes, the verdict, and its curves.

    Parameters
    ----------
    name : str
        What a screen reader calls the picture.
    """

    def __init__(self, name: str) -> None:
        self.title = ElidedLabel()
        self.score = ElidedLabel()
        self.score.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.view = PictureView(name)
        self.view.setMinimumHeight(120)
        self.covered = plain_label(is_selectable=True)
        self.verdict = plain_label(wraps=True, is_selectable=True)
        self.verdict.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.verdict.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.curves = Curves()
        self.covered.hide()

    @property
    def _parts(self) -> tuple[QWidget, ...]:
        return self.title, self.score, self.view, self.covered, self.verdict, self.curves

    def put_into(self, grid: QGridLayout, column: int) -> None:
        """Take a column of a grid, whose rows keep what is alike beside each other."""
        parts = self._parts
        for row, widget in enumerate(parts):
            grid.addWidget(widget, row, column)
        grid.setColumnStretch(column, 1)
        grid.setRowStretch(parts.index(self.view), VIEW_STRETCH)
        grid.setRowStretch(parts.index(self.curves), CURVES_STRETCH)

    def hide(self) -> None:
        """Leave the room to the other class: this one does not exist."""
        for widget in self._parts:
            widget.hide()

    def show_title(self, text: str, score: str) -> None:
        """Show what the map is of, and the score that it explains."""
        self.title.setText(printable_name(text))
        self.score.setText(score)
        for widget in (self.title, self.score, self.view, self.verdict):
            widget.show()

    def show_covered(self, text: str) -> None:
        """Show what the model says of the covered picture; an empty text leaves no room."""
        self.covered.setText(text)
        self.covered.setVisible(bool(text))

    def show_judgement(self, judgement: Judgement | None, instead: str) -> None:
        """Show the verdict on the map, or what stands in its place."""
        self.verdict.setText(instead if judgement is None else judgement.verdict)
        self.verdict.setToolTip("" if judgement is None else describe_figures(judgement))
        self.curves.show_judgement(judgement)
        self.curves.setToolTip(self.verdict.toolTip())
        self.curves.setVisible(judgement is not None)
