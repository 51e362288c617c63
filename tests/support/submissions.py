"""Read a submission as strictly as Kaggle might."""

import re

_ROW = re.compile(r"(0|[1-9]\d*),(0\.\d+|1\.0)", re.ASCII)


def read_strictly(text: str) -> dict[int, float]:
    """Return the probability of each id; fail where a row is odd, twice there or out of order."""
    head, *rows, end = text.split("\n")
    assert head == "id,label"
    assert end == ""
    matches = [_ROW.fullmatch(row) for row in rows]
    assert all(matches), [row for row, match in zip(rows, matches, strict=True) if not match][:5]
    found = [(int(match[1]), float(match[2])) for match in matches if match]
    numbers = [number for number, _ in found]
    assert numbers == sorted(set(numbers))
    assert all(0 <= share <= 1 for _, share in found)
    return dict(found)
