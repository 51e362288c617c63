"""What a page is for, what to try first, and what its keys and gestures do: the texts of F1."""

from functools import cache

from msgspec import Struct

from explorer import paths
from explorer.core.files.json_text import MAX_CHARACTERS, read_json
from explorer.core.files.reading import read_whole
from explorer.core.text.glossary import define
from explorer.errors import ExplorerError


class HelpRow(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that the hand can do.

    Attributes
    ----------
    does : str
        What happens: "see the whole picture".
    keys : tuple of str
        Any of these keys does it, "Ctrl+Home"; none where it is a gesture.
    by : str
        The gesture, "Double click"; empty where keys do it.
    """

    does: str
    keys: tuple[str, ...] = ()
    by: str = ""


class HelpGroup(Struct, frozen=True, forbid_unknown_fields=True):
    """What can be done at one place: "On a picture"."""

    where: str
    rows: tuple[HelpRow, ...]


class PageHelp(Struct, frozen=True, forbid_unknown_fields=True):
    """What one page is told about.

    Attributes
    ----------
    purpose : str
        A few sentences.
    first : tuple of str
        What to try first, a sentence or two each.
    terms : tuple of str
        Words that the sentences use and the glossary explains.
    """

    title: str
    purpose: str
    first: tuple[str, ...]
    groups: tuple[HelpGroup, ...]
    terms: tuple[str, ...]

    @property
    def definitions(self) -> tuple[tuple[str, str], ...]:
        """Each of the terms with its sentence of the glossary."""
        return tuple((term, define(term)) for term in self.terms)


@cache
def read_page_help(page: str) -> PageHelp:
    """Return what is told about a page, by its name: `resources/help/<page>.json`."""
    file = paths.resources() / "help" / f"{page}.json"
    data = read_whole(file, MAX_CHARACTERS, name=file.name, error=ExplorerError)
    return read_json(data.decode("utf-8"), PageHelp)
