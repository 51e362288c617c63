"""The performance of a model, as the card of a run tells it."""

from dataclasses import dataclass

from explorer.core.files.json_text import Count, Fraction, Positive


@dataclass(frozen=True)
class Metrics:
    """The performance of a model on labelled pictures; `core.evaluation` measures it.

    Attributes
    ----------
    count : int
        The number of pictures.
    accuracy : float
        The fraction of pictures whose most probable class is the label, 0 to 1.
    interval : (float, float)
        The 95 % Wilson score interval of the accuracy.
    log_loss : float
        Mean of -log(probability of the labelled class), in nats.
    confusion : tuple of tuple of int
        `confusion[i][j]`: pictures of class i classified as class j.
    """

    count: Count
    accuracy: Fraction
    interval: tuple[Fraction, Fraction]
    log_loss: Positive
    confusion: tuple[tuple[Count, ...], ...]
