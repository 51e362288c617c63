"""One photo, as large as the page leaves room for, with its class in words below it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from explorer.core.files.names import printable_name
from explorer.core.images.read import PictureFile
from explorer.core.models.prediction import Prediction
from explorer.views.classify.words import remark, verdict
from explorer.views.common.labels.elided_label import ElidedLabel
from explorer.views.common.labels.fixed_height_label import FixedHeightLabel
from explorer.views.common.layouts import in_column
from explorer.views.common.pictures.picture_view import PictureView
from explorer.views.common.theme import SPACING_PX

VERDICT_SCALE = 2.2


class PhotoCard(QWidget):
    """The photo, its class in words, and what else is to be said of it.

    Signals
    -------
    closed()
        Esc was pressed.
    """

    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.view = PictureView("Photo")
        self.verdict = ElidedLabel()
        font = self.verdict.font()
        font.setPointSizeF(font.pointSizeF() * VERDICT_SCALE)
        self.verdict.setFont(font)
        self.verdict.setText(" ")
        # As high as with a text, so that the photo stays where it is.
        self.verdict.setMinimumHeight(self.verdict.sizeHint().height())
        self.remark = FixedHeightLabel("Remark", 1)
        words = in_column(self.verdict, self.remark, spacing=SPACING_PX // 2)
        in_column((self.view, 1), words, of=self)
        self._file: PictureFile | None = None

    def show_photo(self, file: PictureFile, prediction: Prediction | None) -> None:
        """Show a photo, and what a model says of it; None while that is not known."""
        if file is not self._file:
            self._file = file
            self.view.set_pixels(file.picture)
            self.view.setAccessibleName(f"Photo {printable_name(file.name)}")
        self._tell(prediction)

    def show_failure(self, prediction: Prediction) -> None:
        """Show why there is no photo."""
        self._file = None
        self.view.show_nothing(verdict(prediction))
        self._tell(None)

    def _tell(self, prediction: Prediction | None) -> None:
        self.verdict.setText("" if prediction is None else verdict(prediction))
        self.remark.set_text("" if prediction is None else remark(prediction))

    # Qt overrides.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)
