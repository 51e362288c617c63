"""What the network of one epoch is like: its answer, its first kernels, and a layer's maps."""

from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.core.files.names import printable_name, shorten_name
from explorer.core.images.read import PictureFile
from explorer.core.text.percent import format_percent
from explorer.core.training.runs import RunEntry
from explorer.state.training.epochs_state import EpochView
from explorer.views.common.labels.elided_label import ElidedLabel
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column, in_row
from explorer.views.common.pictures.picture_view import PictureView
from explorer.views.common.pictures.probability_bars import ProbabilityBars
from explorer.views.common.theme import SPACING_PX, format_number

ANSWER_WIDTH_PX = 240
MOST_CLASSES = 5


class EpochFigure(QWidget):
    """The picture and the answer at the left, then the kernels, then the maps.

    Attributes
    ----------
    picture, kernels, maps : PictureView
    bars : ProbabilityBars
    """

    def __init__(self) -> None:
        super().__init__()
        self.title = ElidedLabel()
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.picture = PictureView("The current picture")
        self.bars = ProbabilityBars(MOST_CLASSES)
        self.kernels = PictureView("Kernels of the first convolution")
        self.maps = PictureView("Feature maps")
        self.name, self.kernels_title, self.maps_title = ElidedLabel(), ElidedLabel(), ElidedLabel()
        self.no_answer = plain_label(wraps=True, is_quiet=True)
        answer = QWidget()
        answer.setFixedWidth(ANSWER_WIDTH_PX)
        in_column(
            self.name,
            self.bars,
            self.no_answer,
            (self.picture, 1),
            of=answer,
            spacing=SPACING_PX // 2,
        )
        columns = in_row(
            answer,
            (in_column(self.kernels_title, (self.kernels, 1), spacing=SPACING_PX // 2), 2),
            (in_column(self.maps_title, (self.maps, 1), spacing=SPACING_PX // 2), 3),
        )
        in_column(self.title, (columns, 1), of=self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_picture(self, file: PictureFile | None) -> None:
        """Show another current picture."""
        self.name.setText("No picture" if file is None else printable_name(file.name))
        if file is None:
            self.picture.show_nothing("Drop a photo anywhere.")
        else:
            self.picture.set_pixels(file.picture)

    def show_view(self, view: EpochView | None, run: RunEntry | None, layer: str) -> None:
        """Show another epoch.

        Parameters
        ----------
        view : EpochView or None
            None: nothing of the run is known yet.
        run : RunEntry or None
        layer : str
            Whose maps they are.
        """
        self.title.setText("" if view is None or run is None else describe_epoch(run, view.epoch))
        has_answer = view is not None and view.prediction is not None
        self.bars.setVisible(has_answer)
        self.no_answer.setVisible(view is not None and not has_answer)
        if view is not None and view.prediction is not None:
            self.bars.set_prediction(view.prediction)
        else:
            self.no_answer.setText("Open a picture to see what the network answers.")
        kernels = None if view is None else view.kernels
        maps = None if view is None else view.maps
        self.kernels_title.setText("Kernels of the first convolution")
        self.maps_title.setText(f"Maps of {shorten_name(printable_name(layer))}" if layer else "")
        if kernels is None:
            self.kernels.show_nothing("" if view is None else "It begins with no convolution.")
        else:
            self.kernels.set_pixels(kernels.pixels)
        if maps is None:
            self.maps.show_nothing("")
        else:
            self.maps.set_pixels(maps.pixels)


def describe_epoch(run: RunEntry, epoch: int) -> str:
    """Return which epoch it is, and how well it did."""
    text = f"{run.name}, epoch {epoch}"
    if run.planned >= epoch:
        text += f" of {max(run.planned, len(run.rows))}"
    if 0 < epoch <= len(run.rows):
        row = run.rows[epoch - 1]
        text += (
            f": validation accuracy {format_percent(row['val_accuracy'])}, "
            f"loss {format_number(row['val_loss'])}"
        )
    return f"{text}, the best" if epoch == run.best_epoch else text
