"""What a fully connected layer would take."""

import pytest

from explorer.core.network.dense_layer import DenseLayer
from explorer.core.text.counts import short_bytes, short_count


def test_the_tutorials_argument():
    found = DenseLayer(1000, 256, 256, 3, 8)
    assert found.weights == 1000 * 256 * 256 * 3
    assert found.sentence.replace("\N{NO-BREAK SPACE}", " ") == (
        "A fully connected layer of 1,000 units on this 256×256×3 input would need 196,608,000 "
        "weights, 1.57 GB at 8 bytes each."
    )
    assert "1 unit on this 1×2×1 input would need 2 weights, 2 bytes at 1 byte each" in (
        DenseLayer(1, 1, 2, 1, 1).sentence
    )


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        *((0, "0"), (860, "860"), (9_999, "9,999"), (10_000, "10.0 k"), (20_736, "20.7 k")),
        *(
            (999_499, "999 k"),
            (999_500, "1.00 M"),
            (1_327_168, "1.33 M"),
            (15_346_630_656, "15.3 G"),
        ),
        (5_000_000_000_000_000, "5,000 T"),
    ],
)
def test_counts_have_three_digits(count, expected):
    assert short_count(count).replace("\N{NO-BREAK SPACE}", " ") == expected


def test_bytes_are_counted_in_thousands():
    assert short_bytes(999) == "999 bytes"
    assert short_bytes(1_572_864_000) == "1.57\N{NO-BREAK SPACE}GB"
