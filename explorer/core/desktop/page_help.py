"""What a page is for, what to try first, and what its keys and gestures do: the texts of F1."""

from dataclasses import dataclass
from functools import cache

from explorer import paths
from explorer.core.files import json_fields
from explorer.core.files.json_fields import Fields
from explorer.core.text.glossary import define

_MOST = 100
_read_texts = json_fields.list_of(json_fields.text, most=_MOST)


@dataclass(frozen=True)
class HelpRow:
    """One thing that the hand can do.

    Attributes
    ----------
    keys : tuple of str
        Any of these keys does it, "Ctrl+Home"; none where it is a gesture.
    by : str
        The gesture, "Double click"; empty where keys do it.
    does : str
        What happens: "see the whole picture".
    """

    keys: tuple[str, ...]
    by: str
    does: str


@dataclass(frozen=True)
class HelpGroup:
    """What can be done at one place: "On a picture"."""

    where: str
    rows: tuple[HelpRow, ...]


@dataclass(frozen=True)
class PageHelp:
    """What one page is told about.

    Attributes
    ----------
    title : str
    purpose : str
        A few sentences.
    first : tuple of str
        What to try first, a sentence or two each.
    groups : tuple of HelpGroup
    terms : tuple of (str, str)
        Words that the sentences use, each with its sentence of the glossary.
    """

    title: str
    purpose: str
    first: tuple[str, ...]
    groups: tuple[HelpGroup, ...]
    terms: tuple[tuple[str, str], ...]


@cache
def read_page_help(page: str) -> PageHelp:
    """Return what is told about a page.

    Parameters
    ----------
    page : str
        Its name; its text is `resources/help/<page>.json`.
    """
    file = paths.resources() / "help" / f"{page}.json"
    fields = Fields(json_fields.load_json(file.read_text(encoding="utf-8")))
    told = PageHelp(
        title=fields.take("title", json_fields.text),
        purpose=fields.take("purpose", json_fields.text),
        first=tuple(fields.take("first", _read_texts)),
        groups=tuple(fields.take("groups", json_fields.list_of(_read_group, most=_MOST))),
        terms=tuple((term, define(term)) for term in fields.take("terms", _read_texts)),
    )
    fields.end()
    return told


def _read_group(content: object) -> HelpGroup:
    fields = Fields(content)
    where = fields.take("where", json_fields.text)
    rows = fields.take("rows", json_fields.list_of(_read_row, most=_MOST))
    fields.end()
    return HelpGroup(where, tuple(rows))


def _read_row(content: object) -> HelpRow:
    fields = Fields(content)
    keys = tuple(fields.take_or("keys", _read_texts, []))
    by = fields.take_or("by", json_fields.text, "")
    does = fields.take("does", json_fields.text)
    fields.end()
    return HelpRow(keys, by, does)
