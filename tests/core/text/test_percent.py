import pytest

from explorer.core.text.percent import format_percent


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0.0 %"),
        (1e-9, "< 0.1 %"),
        (0.00051, "0.1 %"),
        (0.124, "12.4 %"),
        (0.9994, "99.9 %"),
        (0.99999, "> 99.9 %"),
        (1.0, "100.0 %"),
    ],
)
def test_what_is_neither_none_nor_all_does_not_read_so(share, text):
    assert format_percent(share) == text.replace(" ", "\u00a0")  # a line never breaks in it
