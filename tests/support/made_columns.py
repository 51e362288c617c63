"""What a pass would have found, made up: labels and answers of as many pictures as wanted."""

from collections.abc import Sequence

import numpy as np

from explorer.core.catalogue.columns import Columns


def make_columns(
    labels: Sequence[int],
    probabilities: np.ndarray,
    classes: Sequence[str] = ("cat", "dog"),
    parts: Sequence[int] | None = None,
) -> Columns:
    """Return columns whose answers are NaN where there are none.

    Parameters
    ----------
    labels : (n,) int
        -1 where unknown.
    probabilities : (n, classes) float
    parts : (n,) int, optional
        As `Columns.parts`; without it nobody knows.
    """
    count = len(labels)
    return Columns(
        classes=tuple(classes),
        labels=np.array(labels, np.int16),
        is_done=np.ones(count, bool),
        probabilities=np.array(probabilities, np.float32).reshape(count, len(classes)),
        novelty=np.full(count, np.nan, np.float32),
        parts=np.zeros(count, np.int8) if parts is None else np.array(parts, np.int8),
        figures={},
        digests=np.zeros((count, 32), np.uint8),
        hashes=np.zeros((count, 2), np.uint64),
        tells_split=parts is not None,
    )


def made_answers(labels: np.ndarray, classes: int, seed: int = 0) -> np.ndarray:
    """Return probabilities that are right for most pictures: (n, classes) float32."""
    chance = np.random.default_rng(seed)
    scores = chance.normal(size=(len(labels), classes))
    scores[np.arange(len(labels)), labels] += 1.5
    powers = np.exp(scores)
    return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
