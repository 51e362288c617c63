"""A model's classes in a sentence: what it is asked, and what a picture does not look like."""

from collections.abc import Sequence

MOST_NAMED = 4
LONGEST_NAMES = 60
"""Of all classes, in characters: they stand on one line."""


def ask_which(classes: Sequence[str]) -> str:
    """Return what a model that knows these classes answers, as a question.

    Parameters
    ----------
    classes : sequence of str
        In the order of the model's outputs; none where there is no model.
    """
    if not classes:
        return "What does the picture show?"
    if _are_many(classes):
        return f"Which of {len(classes):,} classes is it?"
    if len(classes) <= 2 and not _are_plural(classes):
        return f"Is it {_listed(classes)}?"
    return f"Which is it: {_joined(classes)}?"


def unlike_all(classes: Sequence[str]) -> str:
    """Return what is said of a picture that looks like none of the classes, without a subject.

    Returns
    -------
    str
        "does not look like a cat or a dog".
    """
    if not classes or _are_many(classes):
        return "does not look like anything that this model was trained on"
    named = _joined(classes) if _are_plural(classes) else _listed(classes)
    return f"does not look like {named}"


def _are_many(classes: Sequence[str]) -> bool:
    return len(classes) > MOST_NAMED or sum(map(len, classes)) > LONGEST_NAMES


def _are_plural(classes: Sequence[str]) -> bool:
    return any(name.endswith("s") and not name.endswith("ss") for name in classes)


def _listed(classes: Sequence[str]) -> str:
    return _joined([_with_article(name) for name in classes])


def _joined(names: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _with_article(name: str) -> str:
    return f"{'an' if name[:1].casefold() in tuple('aeiou') else 'a'} {name}"
