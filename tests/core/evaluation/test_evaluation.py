"""The figures are those of scikit-learn and SciPy, whatever the classes, pictures and ties."""

import warnings

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.stats import binomtest
from sklearn import metrics as sk
from sklearn.calibration import calibration_curve

from explorer.core.evaluation.calibration import calibrate
from explorer.core.evaluation.confusion import most_confused
from explorer.core.evaluation.curves import draw_curves
from explorer.core.evaluation.evaluation import evaluate, measure
from explorer.core.evaluation.intervals import wilson_interval
from explorer.core.evaluation.log_loss import log_losses

Array = npt.NDArray[np.float64]
CLOSE = {"rtol": 0, "atol": 1e-9}


def made(pictures: int, classes: int, seed: int = 0, digits: int | None = None):
    """Make probabilities and labels that fit somewhat; few digits make ties, zeros and ones."""
    chance = np.random.default_rng(seed)
    labels = chance.integers(classes, size=pictures)
    scores = chance.normal(size=(pictures, classes)) * 2
    scores[np.arange(pictures), labels] += 1.5
    probabilities = np.exp(scores)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    if digits is not None:
        probabilities = np.round(probabilities, digits)
        sums = probabilities.sum(axis=1, keepdims=True)
        probabilities = np.where(sums > 0, probabilities / np.maximum(sums, 1e-9), 1 / classes)
    return probabilities, labels


SETS = [
    pytest.param(*made(1000, 2), id="two classes"),
    pytest.param(*made(500, 2, digits=1), id="ties, zeros and ones"),
    pytest.param(*made(400, 7, digits=2), id="seven classes"),
    pytest.param(*made(300, 1000), id="a thousand classes, most without pictures"),
    pytest.param(np.array([[0.25, 0.75]]), np.array([1]), id="one picture"),
    pytest.param(np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([0, 1]), id="certain and wrong"),
]


@pytest.mark.parametrize(("probabilities", "labels"), SETS)
def test_the_figures_of_each_class_are_scikit_learns(probabilities: Array, labels) -> None:
    found = evaluate(probabilities, labels)
    classes = probabilities.shape[1]
    numbers = np.arange(classes)
    called = probabilities.argmax(axis=1)
    confusion = sk.confusion_matrix(labels, called, labels=numbers)
    assert (found.confusion == confusion).all()
    assert found.figures.accuracy == pytest.approx(sk.accuracy_score(labels, called), abs=1e-9)
    precision, recall, f1, support = sk.precision_recall_fscore_support(
        labels, called, labels=numbers, zero_division=np.nan
    )
    figures = found.figures
    np.testing.assert_allclose(figures.precisions, precision, **CLOSE)
    np.testing.assert_allclose(figures.recalls, recall, **CLOSE)
    np.testing.assert_allclose(figures.f1s, f1, **CLOSE)
    assert (figures.counts == support).all()
    for number in numbers[:20]:
        is_it = labels == number
        if 0 < is_it.sum() < len(labels):
            area = sk.roc_auc_score(is_it, probabilities[:, number])
            assert found.areas[number] == pytest.approx(area, abs=1e-9)
        else:
            assert np.isnan(found.areas[number])
        if is_it.any():
            precision = sk.average_precision_score(is_it, probabilities[:, number])
            assert found.average_precisions[number] == pytest.approx(precision, abs=1e-9)
        else:
            assert np.isnan(found.average_precisions[number])


@pytest.mark.parametrize(("probabilities", "labels"), SETS)
def test_the_log_loss_is_kaggles(probabilities: Array, labels) -> None:
    found = evaluate(probabilities, labels)
    bounded = np.clip(probabilities, 1e-15, 1 - 1e-15)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # bounded rows do not sum to 1 exactly
        expected = sk.log_loss(labels, bounded, labels=np.arange(probabilities.shape[1]))
    assert found.log_loss == pytest.approx(expected, abs=1e-9)
    if probabilities.shape[1] == 2:  # the formula of Dogs vs. Cats
        p, q = np.clip([probabilities[:, 1], 1 - probabilities[:, 1]], 1e-15, 1 - 1e-15)
        score = -(labels * np.log(p) + (1 - labels) * np.log(q)).mean()
        assert found.log_loss == pytest.approx(score, abs=1e-9)


def test_rows_are_divided_by_their_sum_and_what_is_certain_and_wrong_costs_34_5() -> None:
    probabilities = np.array([[0.8, 0.8], [1, 0], [0, 1], [0, 0]], np.float32)
    losses = log_losses(probabilities, np.array([0, 1, 1, 0]))
    np.testing.assert_allclose(
        losses, [np.log(2), 34.538776394910684, 0, 34.538776394910684], **CLOSE
    )
    assert (losses >= 0).all()


@pytest.mark.parametrize(("probabilities", "labels"), SETS[:4])
def test_the_curves_are_scikit_learns(probabilities: Array, labels) -> None:
    for number in range(min(probabilities.shape[1], 3)):
        is_it = labels == number
        curves = draw_curves(probabilities[:, number], is_it)
        if not is_it.any():
            assert curves.average_precision is None
            assert np.isnan(curves.true_positive_rates).all()
            continue
        false, true, thresholds = sk.roc_curve(
            is_it, probabilities[:, number], drop_intermediate=False
        )
        np.testing.assert_allclose(curves.false_positive_rates, false, **CLOSE)
        np.testing.assert_allclose(curves.true_positive_rates, true, **CLOSE)
        np.testing.assert_allclose(curves.thresholds, thresholds[1:], **CLOSE)
        precision, recall, thresholds = sk.precision_recall_curve(is_it, probabilities[:, number])
        np.testing.assert_allclose(curves.precisions, precision[:-1][::-1], **CLOSE)
        np.testing.assert_allclose(curves.recalls, recall[:-1][::-1], **CLOSE)
        np.testing.assert_allclose(curves.thresholds, thresholds[::-1], **CLOSE)


@pytest.mark.parametrize(("probabilities", "labels"), SETS[:4])
def test_the_calibration_diagram_is_scikit_learns(probabilities: Array, labels) -> None:
    is_right = probabilities.argmax(axis=1) == labels
    confidences = probabilities.max(axis=1)
    found = calibrate(confidences, is_right)
    accuracy, confidence = calibration_curve(is_right, confidences, n_bins=15)
    filled = found.counts > 0
    np.testing.assert_allclose(found.accuracies[filled], accuracy, **CLOSE)
    np.testing.assert_allclose(found.confidences[filled], confidence, **CLOSE)
    assert found.counts.sum() == len(labels)
    assert found.error == pytest.approx(
        np.average(np.abs(accuracy - confidence), weights=found.counts[filled]), abs=1e-9
    )
    assert np.isnan(found.accuracies[~filled]).all()


def test_a_probability_at_an_edge_is_in_the_bin_below_and_0_and_1_are_in_a_bin() -> None:
    found = calibrate(np.array([0.0, 0.2, 0.20001, 1.0]), np.array([False, True, True, True]), 5)
    assert found.counts.tolist() == [2, 1, 0, 0, 1]
    assert found.hits.tolist() == [1, 1, 0, 0, 1]


@given(st.integers(0, 400), st.integers(0, 400))
def test_the_interval_is_wilsons_and_stays_within_0_and_1(first: int, second: int) -> None:
    hits, count = sorted((first, second))
    low, high = wilson_interval(hits, count)
    assert 0 <= low <= high <= 1
    if count:
        expected = binomtest(hits, count).proportion_ci(method="wilson")
        assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-9)
        assert low <= hits / count <= high
    else:
        assert (low, high) == (0, 1)


def test_the_interval_of_f1_holds_it() -> None:
    probabilities, labels = made(200, 5, seed=3)
    figures = evaluate(probabilities, labels).figures
    low, high = figures.f1_intervals.T
    assert ((low < figures.f1s) & (figures.f1s < high)).all()
    # Of a class, F1 lies between precision and recall, and no interval is wider than theirs.
    widest = np.maximum(
        np.ptp(figures.precision_intervals, axis=1), np.ptp(figures.recall_intervals, axis=1)
    )
    assert (high - low <= widest).all()


@pytest.mark.parametrize("classes", [2, 3, 1000])
def test_of_no_pictures_nothing_is_claimed(classes: int) -> None:
    found = evaluate(np.empty((0, classes), np.float32), np.empty(0, np.int16))
    assert found.figures.accuracy is None
    assert found.figures.interval is None
    assert found.log_loss is None
    assert found.calibration.error is None
    assert found.confusion.shape == (classes, classes)
    assert found.confusion.sum() == 0
    assert np.isnan(found.areas).all()
    assert np.isnan(found.figures.f1s).all()


def test_what_a_card_says_is_the_same() -> None:
    probabilities, labels = made(250, 3)
    card, found = measure(probabilities, labels), evaluate(probabilities, labels)
    assert card.count == 250
    assert card.accuracy == found.figures.accuracy
    assert card.interval == found.figures.interval
    assert card.log_loss == found.log_loss
    assert np.array(card.confusion).tolist() == found.confusion.tolist()
    with pytest.raises(ValueError, match="no pictures"):
        measure(probabilities[:0], labels[:0])


@given(
    arrays.arrays(np.int64, (4, 4), elements=st.integers(0, 3)),
    st.integers(0, 20),
)
def test_mistakes_are_ranked_by_their_number(confusion, most: int) -> None:
    found = most_confused(confusion, most)
    counts = [one.count for one in found]
    assert counts == sorted(counts, reverse=True)
    mistakes = [
        int(confusion[i, j]) for i in range(4) for j in range(4) if i != j and confusion[i, j]
    ]
    assert counts == sorted(mistakes, reverse=True)[:most]
    assert all(confusion[one.label, one.answer] == one.count for one in found)
