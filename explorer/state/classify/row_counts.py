"""How many rows of the Classify page have a result, and which."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from explorer.state.classify.result_rows import ResultRow


@dataclass(frozen=True)
class RowCounts:
    """What is said of all rows together.

    Attributes
    ----------
    total : int
        The number of rows.
    done : int
        Those with a result, which may be an error.
    failed : int
        Those with an error.
    neither : int
        Those that look like none of the classes.
    waiting : int
        Those whose result is on its way.
    comparing : int
        Those whose result of a second model is on its way.
    uncompared : int
        Those without one on its way.
    disagreeing : int
        Those to which both models gave a class, and not the same.
    labels : mapping of str to int
        How many got each class that occurs.
    """

    total: int = 0
    done: int = 0
    failed: int = 0
    neither: int = 0
    waiting: int = 0
    comparing: int = 0
    uncompared: int = 0
    disagreeing: int = 0
    labels: Mapping[str, int] = field(default_factory=dict)

    @property
    def left(self) -> int:
        """The number of rows without a result that were cancelled."""
        return self.total - self.done - self.waiting


def count_rows(rows: Iterable[ResultRow]) -> RowCounts:
    """Go through all rows once: two milliseconds for 10,000."""
    total = done = failed = neither = waiting = comparing = uncompared = disagreeing = 0
    labels: Counter[str] = Counter()
    for row in rows:
        total += 1
        comparing += row.is_other_waiting
        if row.other is None:
            uncompared += not row.is_other_waiting
        else:
            disagreeing += row.disagrees
        prediction = row.prediction
        if prediction is None:
            waiting += row.is_waiting
        elif prediction.error is not None:
            done += 1
            failed += 1
        else:
            done += 1
            neither += prediction.is_neither
            labels[prediction.label] += 1
    return RowCounts(
        total, done, failed, neither, waiting, comparing, uncompared, disagreeing, labels
    )
