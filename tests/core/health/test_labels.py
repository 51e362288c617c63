"""Labels that follow a property, rare classes."""

import numpy as np
import pytest

from explorer.core.health.labels import find_rare_class, find_spurious, score_property


def draw_figures(labels: np.ndarray) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(0)
    figures = {
        name: generator.normal(10, 1, len(labels))
        for name in ("brightness", "entropy", "sharpness", "aspect_ratio", "width", "height")
    }
    return {**figures, "is_grey": np.zeros(len(labels))}


def test_the_property_that_tells_the_labels_is_named():
    labels = np.arange(300) % 3
    figures = draw_figures(labels)
    figures["brightness"] = labels / 3 + np.random.default_rng(1).normal(size=300) * 0.03
    figures["brightness"][5] = np.nan
    found = find_spurious(figures, labels, ("cat", "dog", "fox"), 0.3)
    assert len(found) == 1
    assert found[0].reason.startswith("brightness tells the labels apart (medians: cat 0.0")
    assert found[0].figure < 0.05
    assert found[0].places == ()


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_saying_always_the_most_frequent_class_leaves_everything_open(share):
    labels = (np.random.default_rng(2).random(1000) > share).astype(int)
    assert score_property(np.random.default_rng(3).normal(size=1000), labels) > 0.95


def test_a_constant_property_says_nothing():
    labels = np.arange(100) % 2
    assert score_property(np.ones(100), labels) == pytest.approx(1, abs=0.05)


def test_without_two_labels_nothing_can_follow():
    labels = np.full(20, -1)
    assert find_spurious(draw_figures(labels), labels, (), 0.3) == []


def test_a_rare_class_is_listed_below_a_tenth_of_its_share():
    labels = np.repeat([0, 1, -1], [97, 3, 50])
    issue = find_rare_class(labels, ("cat", "dog"), 0.1)[0]
    assert issue.places == (97, 98, 99)
    assert issue.figure == pytest.approx(0.06)
    assert find_rare_class(np.repeat([0, 1], [94, 6]), ("cat", "dog"), 0.1) == []
    assert find_rare_class(labels, ("cat",), 0.1) == []
