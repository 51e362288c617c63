"""What the names of folders mean: the splits of a dataset, masks, the folders of a system."""

import re
import unicodedata
from functools import lru_cache
from typing import Literal, get_args

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)

FolderKind = Split | Literal["aside"]
"""A split; or "aside": pictures without labels, or copies of others, beside the splits."""

_GAP = r"[\s_.\-]*"
_FILLERS = (
    "set|data|images?|imgs?|pictures?|pics?|photos?|samples?|seg|split|files?|folder|raw|"
    "final|full|all|jpe?g|png|rgb"
)
_WORDS: dict[FolderKind, str] = {
    "train": rf"train(?:ing|{_GAP}(?:and{_GAP})?val(?:id(?:ation)?)?)?|trn",
    "validation": r"val|valid|validate|validation|dev|development|eval|evaluate|evaluation",
    "test": rf"test|tests|testing|tst|hold{_GAP}out|held{_GAP}out",
    "aside": r"pred|preds|predict|predictions?|unlabell?ed|unsup(?:ervised)?",
}
_SPLITS: tuple[tuple[FolderKind, re.Pattern[str]], ...] = tuple(
    (
        kind,
        re.compile(
            rf"\d*{_GAP}(?:(?:{_FILLERS}){_GAP})*(?:{words})(?:{_GAP}(?:{_FILLERS}))*{_GAP}\d*"
        ),
    )
    for kind, words in _WORDS.items()
)
_SAMPLE = re.compile(r"samples?")
_IMAGES = re.compile(
    rf"(?:jpe?g|png|rgb|camera|raw|left|input|original|all)?{_GAP}"
    rf"(?:images?|imgs?|img8bit|pictures?|pics?|photos?|frames|jpegs|jpgs)|jpe?g|png|camera{_GAP}rgb|inputs"
)
_MASKS = re.compile(
    r"masks?|annotations?|annots?|labels?|labelled|trimaps?|ground truth|gt|gtfine|gtcoarse|"
    r"segmentations?|segmentation(?:class|object)|segmaps?|targets?|outlines?|contours?|"
    r"camera ?seg|manual|mask ?images?|depth"
)
_SYSTEM = frozenset(
    {"@eadir", "@tmp", "@recycle", "@recently-snapshot", "@sharebin", "#recycle", "#snapshot"}
    | {"$recycle.bin", "recycler", "system volume information", "lost+found"}
    | {"__macosx", "__pycache__", "network trash folder", "temporary items"}
)


@lru_cache(100_000)  # asked of each folder by every layout
def split_kind(name: str) -> FolderKind | None:
    """Return the split that a folder's name tells: "test" for "Testing", "test_set", "seg_test".

    None where it names no split.
    """
    folded = _fold(name)
    if _SAMPLE.fullmatch(folded):
        return "aside"
    return next((kind for kind, pattern in _SPLITS if pattern.fullmatch(folded)), None)


def part_split(name: str) -> tuple[str, str] | None:
    """Part "train_cats", "cats-test" or "trainCats" into split and class; None for any other."""
    if split_kind(name) is not None:
        return None
    for gap in (r"[\s_.\-]+", r"(?<=[a-z])(?=[A-Z])"):
        words = re.split(gap, name.strip())
        for count in range(len(words) - 1, 0, -1):  # “training set” says more than “training”
            for split, rest in ((words[:count], words[count:]), (words[-count:], words[:-count])):
                if split_kind(" ".join(split)) in SPLITS and any(rest):
                    return " ".join(split), " ".join(rest).strip()
    return None


def is_image_folder(name: str) -> bool:
    """Say whether a name means just "pictures"."""
    return bool(_IMAGES.fullmatch(_fold(name)))


def is_mask_folder(name: str) -> bool:
    """Say whether a name means masks, or other pictures that describe pictures."""
    words = [word for word in re.split(r"[\s_.\-]+", _fold(name)) if word]
    rest = [word for word in words if split_kind(word) is None]
    return bool(_MASKS.fullmatch(" ".join(rest)))


def is_system_folder(name: str) -> bool:
    """Say whether a system keeps thumbnails, deleted files or the like in a folder of this name."""
    return name.casefold() in _SYSTEM


def class_key(name: str) -> str:
    """Return what the spellings of one class have in common.

    Composed or decomposed letters, case and blanks make no difference, except between single
    letters: there "a" and "A" are two classes.
    """
    name = " ".join(unicodedata.normalize("NFC", name).split())
    return name if len(name) == 1 else unicodedata.normalize("NFC", name.casefold())


def tidy(name: str) -> str:
    """Return the name of a class as it is shown: composed letters, no blanks around it."""
    return unicodedata.normalize("NFC", name).strip() or name


def _fold(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold().strip()
