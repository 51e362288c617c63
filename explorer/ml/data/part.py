"""The part of each batch that one process feeds; known before Keras is there."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """Which of the equal parts of each batch are fed from here, one part for each device.

    From the first one to before the last one, of so many in all.
    """

    first: int = 0
    last: int = 1
    count: int = 1


WHOLE_BATCH = Part()
