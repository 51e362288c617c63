"""What a person decided about pictures: leave it out, give it another label, keep it as it is.

Decisions are a table `path,decision,label` in UTF-8: paths relative to the dataset's folder, with
“/”, and the bytes of names that are no text as they are. `train.py` reads the same file.
"""

import csv
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path, PurePosixPath
from typing import Literal, get_args

from explorer.core.datasets.dataset import Dataset
from explorer.core.files.names import list_names, printable_name, shorten_name
from explorer.core.files.reading import read_whole
from explorer.core.files.writing import write_own
from explorer.core.text.table_text import TableText
from explorer.errors import DatasetError
from explorer.paths import user_decisions

DECISIONS_FILE = "decisions.csv"
MOST_DECISIONS = 2_000_000

Verdict = Literal["exclude", "relabel", "keep"]

_HEADER = ["path", "decision", "label"]
_MOST_BYTES = 500_000_000
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Decision:
    """What was decided about one picture.

    Attributes
    ----------
    verdict : {"exclude", "relabel", "keep"}
        Leave it out of training; give it another label; or keep it as it is, though a list of
        health issues contains it.
    label : str
        The other label; empty unless it is relabelled.
    """

    verdict: Verdict
    label: str = ""

    @property
    def text(self) -> str:
        """The decision in a word or two."""
        if self.verdict == "relabel":
            return f"is {printable_name(self.label)}"
        return {"exclude": "left out", "keep": "kept"}[self.verdict]


Decisions = Mapping[str, Decision]
"""What was decided, by the place of a picture in its dataset: see `place_of`."""

EXCLUDE = Decision("exclude")
KEEP = Decision("keep")


def place_of(path: Path, folder: Path) -> str:
    """Return the path of a picture relative to the folder of its dataset, with “/”."""
    inside = path.relative_to(folder) if path.is_relative_to(folder) else path
    return inside.as_posix()


def write_decisions(decisions: Decisions) -> bytes:
    """Return decisions as a table, sorted by path."""
    table = TableText()
    table.add(_HEADER)
    for place, decision in sorted(decisions.items()):
        # A spreadsheet would compute what begins so; for a path, “./” changes nothing.
        safe = f"./{place}" if place.startswith(_FORMULA_STARTS) else place
        table.add([safe, decision.verdict, _escape(decision.label)])
    return str(table).encode("utf-8", "surrogateescape")


def read_decisions(file: Path) -> dict[str, Decision]:
    """Read a table of decisions.

    Raises
    ------
    DatasetError
        It cannot be read, or is not such a table: one sentence that names the line.
    """
    name = printable_name(file)
    content = read_whole(file, _MOST_BYTES, name=name, error=DatasetError)
    text = content.decode("utf-8-sig", "surrogateescape")
    try:
        return _parse(text)
    except ValueError as error:
        raise DatasetError.not_opened(name, str(error)) from error


def _parse(text: str) -> dict[str, Decision]:
    found: dict[str, Decision] = {}
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        if next(rows, None) != _HEADER:
            raise ValueError(f"it does not begin with “{','.join(_HEADER)}”")
        for row in rows:
            if not row:
                continue
            if len(row) != len(_HEADER):
                raise ValueError(f"line {rows.line_num} has not {len(_HEADER)} values")
            path, verdict, label = row
            place = PurePosixPath(path).as_posix()
            if verdict not in get_args(Verdict):
                shown = shorten_name(printable_name(verdict))
                raise ValueError(
                    f"line {rows.line_num} says “{shown}”, not exclude, relabel or keep"
                )
            if (verdict == "relabel") != bool(label):
                need = "needs a label" if verdict == "relabel" else "must have no label"
                raise ValueError(f"{verdict} in line {rows.line_num} {need}")
            if place in found:
                raise ValueError(f"line {rows.line_num} names a picture for the second time")
            if len(found) == MOST_DECISIONS:
                raise ValueError(f"it has more than {MOST_DECISIONS:,} lines")
            found[place] = Decision(verdict, _unescape(label))  # type: ignore[arg-type]  # checked
    except csv.Error as error:
        raise ValueError(f"line {rows.line_num} is no line of a CSV file") from error
    return found


def _escape(label: str) -> str:
    """Return a label with an apostrophe where a spreadsheet would compute it, or had one before."""
    return f"'{label}" if label.lstrip("'").startswith(_FORMULA_STARTS) else label


def _unescape(label: str) -> str:
    is_escaped = label.startswith("'") and label.lstrip("'").startswith(_FORMULA_STARTS)
    return label[1:] if is_escaped else label


def read_for_training(exclude: Path | None, relabel: Path | None) -> dict[str, Decision]:
    """Read what training is to heed: the exclusions of one file, the new labels of another.

    Both may be the same file. A picture that is left out needs no other label.

    Raises
    ------
    DatasetError
        As `read_decisions`.
    """
    found: dict[str, Decision] = {}
    for file, verdict in ((relabel, "relabel"), (exclude, "exclude")):
        if file is not None:
            read = read_decisions(file)
            found |= {place: one for place, one in read.items() if one.verdict == verdict}
    return found


def apply_decisions(dataset: Dataset, decisions: Decisions) -> Dataset:
    """Return the dataset without what is excluded, and with the new labels.

    Parameters
    ----------
    decisions
        From `read_for_training`.

    Raises
    ------
    DatasetError
        A decision is about a picture or a class that the dataset has not.
    """
    places = [place_of(sample.path, dataset.folder) for sample in dataset.samples]
    folder = printable_name(str(dataset.folder))
    if strange := sorted(set(decisions) - set(places)):
        raise DatasetError(
            f"“{folder}” has no {list_names(strange, quoted=True)}, of which the decisions speak: "
            "they were made for another folder, or the files were moved."
        )
    labels = {one.label for one in decisions.values() if one.verdict == "relabel"}
    if unknown := sorted(labels - set(dataset.classes)):
        raise DatasetError(
            f"“{folder}” has no class {list_names(unknown, quoted=True)}, which the decisions give "
            f"to pictures: its classes are {list_names(dataset.classes)}."
        )
    samples = []
    for place, sample in zip(places, dataset.samples, strict=True):
        decision = decisions.get(place, KEEP)
        if decision.verdict == "relabel":
            samples.append(replace(sample, label=decision.label))
        elif decision.verdict == "keep":
            samples.append(sample)
    return replace(dataset, samples=tuple(samples))


def describe_decisions(decisions: Decisions) -> str:
    """Say how many pictures are left out and relabelled: “3 pictures left out, 1 relabelled”."""
    verdicts = [one.verdict for one in decisions.values()]
    excluded, relabelled = verdicts.count("exclude"), verdicts.count("relabel")
    noun = "picture" if excluded == 1 else "pictures"
    return f"{excluded:,} {noun} left out, {relabelled:,} relabelled"


def kept_file(folder: Path) -> Path:
    """Return where the decisions about a dataset are kept: never beside the pictures."""
    whole = str(folder.resolve()).encode("utf-8", "surrogateescape")
    return user_decisions() / f"{hashlib.sha256(whole).hexdigest()[:32]}.csv"


def read_kept(folder: Path) -> dict[str, Decision]:
    """Return what was decided about a dataset before; nothing where there is nothing.

    Raises
    ------
    DatasetError
        The file of the decisions is damaged.
    """
    file = kept_file(folder)
    return read_decisions(file) if file.exists() else {}


def set_aside(folder: Path) -> Path:
    """Move a damaged file of decisions out of the way of those to come; return where it is.

    Raises
    ------
    OSError
        It could not be moved.
    """
    file = kept_file(folder)
    aside = next(
        path
        for number in count(1)
        if not (path := file.with_name(f"{file.stem}.damaged-{number}.csv")).exists()
    )
    file.rename(aside)
    return aside


def keep_decisions(folder: Path, decisions: Decisions) -> None:
    """Keep the decisions about a dataset for the next start.

    Raises
    ------
    OSError
        There is no room.
    """
    write_own(kept_file(folder), write_decisions(decisions))
