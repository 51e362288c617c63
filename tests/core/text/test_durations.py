"""Times in words."""

import pytest

from explorer.core.text.durations import short_duration


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "1 s"), (45.4, "45 s"), (59.6, "1 min 0 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")],
)
def test_a_time_has_two_units_at_most(seconds: float, text: str):
    assert short_duration(seconds).replace("\N{NO-BREAK SPACE}", " ") == text
