"""What F1 tells of each page: short, in the glossary's words, and no key that is not listed."""

import json
import re

import pytest

from explorer import paths
from explorer.core.desktop.page_help import read_page_help
from explorer.core.files.json_text import JSONError
from explorer.core.text.glossary import define
from explorer.wiring import pages

PAGES = [spec.name for spec in pages.PAGES]

KEY = re.compile(
    r"\b(?:(?:Ctrl|Alt|Shift)\+\S+|F\d+|Esc|Escape|Enter|Return|Space|Tab|Home|End|Del|Delete"
    r"|Backspace|PgUp|PgDown|Insert)\b"
)


def test_every_page_has_its_text_and_no_text_is_left_over():
    files = {file.stem for file in (paths.resources() / "help").iterdir()}
    assert files == set(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_told_in_a_few_short_sentences(page: str):
    told = read_page_help(page)
    assert told.title == page.capitalize()
    assert 2 <= len(told.first) <= 4
    for text in (told.purpose, *told.first):
        sentences = re.split(r"(?<=\.)\s", text)
        assert len(sentences) <= 3
        assert all(re.match(r"[A-Z].*\.$", sentence) for sentence in sentences)
        assert all(len(sentence) <= 140 for sentence in sentences)
    for group in told.groups:
        assert group.rows
        for row in group.rows:
            assert bool(row.keys) != bool(row.by)
            assert re.match(r"[a-z].*[^.]$", row.does)


@pytest.mark.parametrize("page", PAGES)
def test_its_words_are_the_glossarys_and_are_used(page: str):
    told = read_page_help(page)
    said = " ".join((told.purpose, *told.first)).casefold()
    for term, sentence in told.definitions:
        assert sentence == define(term)
        assert term.casefold() in said


@pytest.mark.parametrize("page", PAGES)
def test_sentences_name_no_key_that_is_not_listed_and_tried(page: str):
    told = read_page_help(page)
    rows = [row for group in told.groups for row in group.rows]
    texts = [told.purpose, *told.first, *(f"{row.by}. {row.does}" for row in rows)]
    listed = {key for row in rows for key in row.keys}
    assert {key for text in texts for key in KEY.findall(text)} <= listed


def test_a_misspelt_field_does_not_pass_unseen(tmp_path, monkeypatch):
    row = {"key": ["F"], "does": "nothing"}
    content = {
        "title": "Odd",
        "purpose": "None.",
        "first": [],
        "groups": [{"where": "Here", "rows": [row]}],
        "terms": [],
    }
    (tmp_path / "help").mkdir()
    (tmp_path / "help" / "odd.json").write_text(json.dumps(content))
    monkeypatch.setattr(paths, "resources", lambda: tmp_path)
    with pytest.raises(JSONError, match="groups/1/rows/1/key"):
        read_page_help("odd")
