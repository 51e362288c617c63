"""What is known of one picture, beside the table or the photo."""

from pathlib import Path

from PySide6.QtWidgets import QWidget

from explorer.core.files.names import printable_name, shorten_name
from explorer.core.models.prediction import Prediction
from explorer.state.classify.nearest_state import NearestState
from explorer.views.classify.card.nearest_strip import NearestStrip
from explorer.views.classify.words import likeness, remark, verdict
from explorer.views.common.labels.plain_label import plain_label
from explorer.views.common.layouts import in_column
from explorer.views.common.pictures.probability_bars import ProbabilityBars

NAME_LENGTH = 36
MOST_BARS = 10
MOST_COMPARED = 4
"""Of two models, so many classes of each have room."""


class Facts(QWidget):
    """Name, class in words, and the probabilities as bars; of a second model too."""

    def __init__(self, nearest: NearestState) -> None:
        super().__init__()
        self.name = plain_label(wraps=True)
        self.verdict = plain_label(wraps=True, scale=1.6)
        self.remark = plain_label(wraps=True)
        self.bars = ProbabilityBars(MOST_BARS)
        self.likeness = plain_label(wraps=True, is_quiet=True)
        self.other_name = plain_label(wraps=True, is_quiet=True)
        self.other_verdict = plain_label(wraps=True, scale=1.2)
        self.other_bars = ProbabilityBars(MOST_COMPARED)
        self.nearest = NearestStrip(nearest)
        labels = (self.name, self.verdict, self.remark, self.likeness)
        for label in (*labels, self.other_name, self.other_verdict):
            label.setMinimumWidth(1)  # a long name must not push the others out of the column
        in_column(
            *(self.name, self.verdict, self.remark, self.bars, self.likeness),
            *(self.other_name, self.other_verdict, self.other_bars),
            self.nearest,
            of=self,
        )
        self.show_other("", None)

    def show_prediction(
        self, prediction: Prediction | None, waiting: str, *, doubt: str, has_words: bool
    ) -> None:
        """Show what a model says of a picture.

        Parameters
        ----------
        prediction : Prediction or None
            None where there is no picture.
        waiting : str
            What is said where there is no class yet.
        doubt : str
            As `likeness` takes it.
        has_words : bool
            Whether the class stands here in words, and not below the photo.
        """
        known = prediction or Prediction("")
        name = printable_name(Path(known.path)) if known.path else ""
        self.name.setText(shorten_name(name, NAME_LENGTH))
        self.name.setToolTip(name)
        self.verdict.setText(verdict(known) or waiting)
        self.remark.setText(remark(known))
        self.verdict.setVisible(has_words)
        self.remark.setVisible(has_words and bool(self.remark.text()))
        self.likeness.setText(likeness(known, doubt))
        self.likeness.setVisible(bool(self.likeness.text()))
        self.bars.set_prediction(known)

    def show_other(self, model: str, prediction: Prediction | None) -> None:
        """Show what a second model says; without one, `model` is empty."""
        known = prediction or Prediction("")
        self.other_name.setText(f"By {shorten_name(model)}:" if model else "")
        self.other_verdict.setText(verdict(known))
        self.other_bars.set_prediction(known)
        for widget in (self.other_name, self.other_verdict, self.other_bars):
            widget.setVisible(bool(model))
