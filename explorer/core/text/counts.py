"""Numbers of weights, operations and bytes, short enough for a column."""

_STEPS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_EXACT_BELOW = 10_000


def short_count(count: int) -> str:
    """Return a count with three significant digits: "860", "20.7 k", "1.33 M", "15.3 G".

    Below ten thousand it is exact.
    """
    if count < _EXACT_BELOW:
        return f"{count:,}"
    return f"{_scaled(count)}"


def short_bytes(count: int) -> str:
    """Return an amount of memory: "24 bytes", "1.57 GB"; a kilobyte has 1,000 bytes."""
    return f"{count:,} bytes" if count < 1000 else f"{_scaled(count)}B"


def _scaled(count: int) -> str:
    for size, sign in _STEPS:
        # What rounds up to a thousand is one of the next size.
        if count >= 0.9995 * size:
            value = count / size
            digits = 2 if value < 9.995 else 1 if value < 99.95 else 0
            return f"{value:,.{digits}f}\N{NO-BREAK SPACE}{sign}"
    return f"{count:,}\N{NO-BREAK SPACE}"
