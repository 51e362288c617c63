"""The part of each batch that one process feeds; known before Keras is there."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """Which of the equal parts of each batch are fed from here, one part for each device.

    Attributes
    ----------
    first, last : int
        From the first one to before the last one.
    count : int
        How many parts a batch has.
    """

    first: int = 0
    last: int = 1
    count: int = 1


WHOLE_BATCH = Part()
