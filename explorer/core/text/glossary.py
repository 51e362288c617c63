"""The learner's glossary: one sentence for each term that the program uses."""

from functools import cache

import msgspec

from explorer import paths


def define(term: str) -> str:
    """Return the sentence that explains a term, "stride"; KeyError where the glossary has none."""
    return _read()[term]


def terms() -> tuple[str, ...]:
    """Return every term that has an explanation, in alphabetical order."""
    return tuple(sorted(_read(), key=str.casefold))


@cache
def _read() -> dict[str, str]:
    file = paths.resources() / "glossary.json"
    return msgspec.json.decode(file.read_bytes(), type=dict[str, str])
