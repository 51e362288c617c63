"""Issues that follow from figures: what the comparison with cleanvision does not show."""

import numpy as np
import pytest

from explorer.core.health.issues import Thresholds
from explorer.core.health.measured import find_measured, measure_kinds


def figures(widths: list[float]) -> dict[str, np.ndarray]:
    """Return the figures of pictures that are ordinary but for their widths."""
    usual = {"brightness_5": 0.1, "brightness_99": 0.9, "sharpness": 0.6, "entropy": 7}
    usual |= {"aspect_ratio": 0.8, "is_grey": 0}
    made = {name: np.full(len(widths), value) for name, value in usual.items()}
    return made | {"width": np.array(widths, float), "height": np.array(widths, float)}


def test_where_all_but_one_have_the_same_size_that_one_has_a_figure():
    found = figures([100] * 30 + [40])
    issues, _ = find_measured(found, Thresholds())["odd_size"]
    assert [issue.places for issue in issues] == [(30,)]
    assert issues[0].figure == pytest.approx(60)  # pixels: the range counts as one at least


def test_unknown_sizes_are_not_odd():
    odd = measure_kinds(figures([np.nan, np.nan]))["odd_size"]
    assert np.isnan(odd).all()
    assert find_measured(figures([np.nan, np.nan]), Thresholds())["odd_size"] == ([], "")
