"""What is found by a few words, and what comes first."""

import pytest

from explorer.core.text.search import rank


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("", "Save picture…"),
        ("PICTURE save", "Save picture…"),
        ("pic sa", "Save picture…"),
        ("cafe", "Café terrace"),
        ("Café", "cafe terrace"),
        ("STRASSE", "Straße"),
        ("ﬁgure", "Save figure as shown…"),
        ("file ctrl+s", "Save picture…"),
    ],
)
def test_words_are_found_in_any_order_and_spelling(wanted: str, name: str) -> None:
    assert rank(wanted, name, "File Ctrl+S") is not None


@pytest.mark.parametrize("wanted", ["save kernel", "x", "savepicture"])
def test_a_word_that_is_nowhere_finds_nothing(wanted: str) -> None:
    assert rank(wanted, "Save picture…", "File Ctrl+S") is None


def test_what_begins_with_the_words_comes_first() -> None:
    names = ["Unpaste", "Copy as paste", "Paste picture", "Nothing"]
    others = {"Nothing": "paste"}
    ranks = {name: rank("paste", name, others.get(name, "")) for name in names}
    assert sorted(names, key=lambda name: ranks[name]) == [
        "Paste picture",
        "Copy as paste",
        "Unpaste",
        "Nothing",
    ]
