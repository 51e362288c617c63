"""Names of files as they stand in sentences."""

from pathlib import Path

import pytest

from explorer.core.files.names import list_names


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ("", ""),
        ("a", "“a”"),
        ("ab", "“a” and “b”"),
        ("abc", "“a”, “b” and “c”"),
        ("abcdef", "“a”, “b”, “c”, “d”, “e” and 1 more"),
        ("x" * 1_234, "“x”, “x”, “x”, “x”, “x” and 1,229 more"),
    ],
)
def test_a_few_of_many_are_named(names: str, text: str):
    assert list_names([Path("/photos") / name for name in names], quoted=True) == text
    assert list_names(list(names)) == text.replace("“", "").replace("”", "")
