"""Paths named in a sentence."""

from pathlib import Path

import pytest

from explorer.core.desktop.paths_by_kind import name_paths


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ("a", "“a”"),
        ("ab", "“a” and “b”"),
        ("abc", "“a”, “b” and “c”"),
        ("abcd", "“a”, “b”, “c” and 1 more"),
        ("x" * 1_234, "“x”, “x”, “x” and 1,231 more"),
    ],
)
def test_paths_are_named_as_in_a_sentence(names: str, text: str):
    assert name_paths([Path("/photos") / name for name in names]) == text
