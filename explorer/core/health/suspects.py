"""Labels that are probably wrong, by confident learning; and probabilities to judge them by.

Northcutt, Jiang & Chuang, “Confident Learning: Estimating Uncertainty in Dataset Labels” (2021).
"""

from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

Floats = npt.NDArray[np.float32]
Labels = npt.NDArray[np.integer]
Places = npt.NDArray[np.int64]


class Rows(Protocol):
    """An array of which some rows are asked for at a time: all need not be there at once."""

    def __len__(self) -> int:
        """Return the number of rows."""

    def __getitem__(self, rows: Places, /) -> Floats:
        """Return some rows."""


FOLDS = 5
_MOST_FEATURES = 2048
_SHRINKAGE = 0.1
_BLOCK = 2048


def find_label_suspects(
    labels: Labels, probabilities: npt.NDArray[np.floating]
) -> tuple[Places, Places]:
    """Return the pictures that are counted off the diagonal of the confident joint.

    A class is possible for a picture where its probability reaches the mean probability of that
    class among the pictures with its label. A picture is a suspect if the most probable of its
    possible classes is not its label.

    Parameters
    ----------
    labels : (n,) int
    probabilities : (n, classes) float
        Out of sample: from a model that was not trained on the picture.

    Returns
    -------
    places : (k,) int64
        The least probable label first.
    guesses : (k,) int64
        The class that each seems to be of.
    """
    classes = probabilities.shape[1]
    counts = np.bincount(labels, minlength=classes)
    own = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    means = np.bincount(labels, own, classes) / np.maximum(counts, 1)
    thresholds = np.where(counts > 0, means, 2)  # a class without pictures is never possible
    is_possible = probabilities >= thresholds - 1e-6
    # Where several are possible, it is the most probable one of all, possible or not.
    first = is_possible.argmax(axis=1)
    several = is_possible.sum(axis=1) > 1
    guess = np.where(several, probabilities.argmax(axis=1), first)
    found = np.flatnonzero(is_possible.any(axis=1) & (guess != labels))
    found = found[np.argsort(own[found], kind="stable")]
    return found, guess[found]


def cross_validate(
    features: Rows,
    labels: Labels,
    classes: int,
    *,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Floats | None:
    """Return probabilities of a linear head, for each picture from folds that it is not in.

    The head is a linear discriminant with a covariance shrunk by a tenth towards a sphere: solved,
    not trained, in seconds for 25,000 pictures. A temperature, fitted to the answers out of sample,
    makes them probabilities.

    Parameters
    ----------
    features : (n, features) float32
        An array, or what gives some rows of one.
        Above 2,048 of them, random projections are used.
    labels : (n,) int
        0 to `classes` - 1.

    Returns
    -------
    (n, classes) float32
        None if cancelled.
    """
    vectors = _Centred(features)
    folds = deal_folds(labels, FOLDS)
    everything = _sum_up(vectors, np.arange(len(labels)), labels, classes)
    scores = np.zeros((len(labels), classes), np.float64)
    for fold in range(FOLDS):
        if is_cancelled():
            return None
        held = np.flatnonzero(folds == fold)
        if not held.size:
            continue
        part = _sum_up(vectors, held, labels, classes)
        rest = [whole - less for whole, less in zip(everything, part, strict=True)]
        weights, biases = _solve(*rest)
        for rows, block in vectors.blocks(held):
            scores[rows] = block @ weights + biases
    return _to_probabilities(scores, labels)


def deal_folds(labels: Labels, count: int) -> npt.NDArray[np.int64]:
    """Deal pictures to folds, each class evenly: (n,) int64, by a seeded shuffle."""
    generator = np.random.default_rng(0)
    folds = np.empty(len(labels), np.int64)
    for label in np.unique(labels):
        members = generator.permutation(np.flatnonzero(labels == label))
        folds[members] = (np.arange(len(members)) + label) % count
    return folds


class _Centred:
    """Features around their mean, projected where they are many; a block at a time is there."""

    def __init__(self, features: Rows) -> None:
        self._features = features
        width = features[np.arange(1)].shape[1]
        self._matrix: Floats | None = None
        if width > _MOST_FEATURES:
            matrix = np.random.default_rng(0).normal(size=(width, _MOST_FEATURES))
            self._matrix = (matrix / np.sqrt(width)).astype(np.float32)
        self.width = min(width, _MOST_FEATURES)
        self._mean = np.zeros(self.width, np.float32)
        total = np.zeros(self.width)
        for _, block in self.blocks(np.arange(len(features))):
            total += block.sum(axis=0, dtype=np.float64)
        self._mean = (total / max(len(features), 1)).astype(np.float32)

    def blocks(self, rows: Places) -> Iterator[tuple[Places, Floats]]:
        """Yield some of the rows and their features: (m,) int and (m, width) float32."""
        for start in range(0, len(rows), _BLOCK):
            own = rows[start : start + _BLOCK]
            block = np.asarray(self._features[own], np.float32)
            if self._matrix is not None:
                block = block @ self._matrix
            yield own, block - self._mean


def _sum_up(
    vectors: _Centred, rows: Places, labels: Labels, classes: int
) -> list[npt.NDArray[np.float64]]:
    """Return what adds up over pictures: products of features, sums and counts of classes."""
    products = np.zeros((vectors.width, vectors.width))
    sums = np.zeros((classes, vectors.width))
    for own, block in vectors.blocks(rows):
        products += block.T @ block
        is_of = labels[own, None] == np.arange(classes)
        sums += is_of.T.astype(np.float32) @ block
    return [products, sums, np.bincount(labels[rows], minlength=classes).astype(np.float64)]


def _solve(
    products: npt.NDArray[np.float64],
    sums: npt.NDArray[np.float64],
    counts: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    total = counts.sum()
    means = sums / np.maximum(counts, 1)[:, None]
    covariance = (products - means.T @ sums) / max(total, 1)
    spread = float(np.trace(covariance)) / len(covariance) or 1.0
    covariance *= 1 - _SHRINKAGE
    covariance[np.diag_indices_from(covariance)] += _SHRINKAGE * spread
    # By NumPy, not SciPy, which would keep Python's lock for a tenth of a second.
    weights = np.linalg.solve(covariance, means.T)
    shares = np.where(counts > 0, counts, 1e-9) / max(total, 1)
    return weights, np.log(shares) - (means.T * weights).sum(axis=0) / 2


def _to_probabilities(scores: npt.NDArray[np.float64], labels: Labels) -> Floats:
    rows = np.arange(len(labels))
    scores = scores - scores.max(axis=1, keepdims=True)

    def mean_loss(log_scale: float) -> float:
        scaled = scores * np.exp(log_scale)
        return float((np.log(np.exp(scaled).sum(axis=1)) - scaled[rows, labels]).mean())

    scale = np.exp(minimize_scalar(mean_loss, bounds=(-6, 3), method="bounded").x)
    found = np.exp(scores * scale)
    return np.asarray(found / found.sum(axis=1, keepdims=True), np.float32)
