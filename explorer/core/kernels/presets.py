"""The preset kernels, in groups."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from msgspec import field

from explorer import paths
from explorer.core.files.json_text import StrictObject, read_json
from explorer.core.kernels.kernel import Filter, Kernel
from explorer.core.kernels.parametric import find_parametric
from explorer.core.text.search import rank
from explorer.core.text.shorten import shorten
from explorer.errors import KernelError


@dataclass(frozen=True)
class PresetGroup:
    """Presets under one heading, "Blur"."""

    name: str
    filters: tuple[Filter, ...]


def find_preset(name: str) -> Filter:
    """Return the preset of that key or name; case, spaces and hyphens are ignored.

    What stands in parentheses may be left out: "sobel-x" is "Sobel x (Gx)".

    Raises
    ------
    KernelError
        There is none; the sentence lists all presets.
    """
    wanted = _squeeze(name)
    for preset in PRESETS:
        short = preset.name.partition("(")[0]
        if wanted in map(_squeeze, (preset.key, preset.name, short)):
            return preset
    raise KernelError(
        f"There is no kernel called “{shorten(name)}”; the presets are {preset_keys()}."
    )


def search_presets(words: str) -> tuple[Filter, ...]:
    """Return the presets whose key or name holds all these words; none for no words."""
    if not words.strip():
        return ()
    return tuple(one for one in PRESETS if rank(words, one.name, one.key) is not None)


def preset_keys() -> str:
    """Return the keys of all presets, for a sentence."""
    return ", ".join(preset.key for preset in PRESETS)


def _squeeze(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name).casefold().replace("×", "x")


class _Matrix(StrictObject):
    weights: list[list[float]]
    name: str = ""


class _Preset(StrictObject):
    """Kernels, each over a common divisor, or a parametric kernel with chosen values."""

    key: str
    name: str
    kernels: tuple[_Matrix, ...] = ()
    over: float = 1
    formula: str = ""
    size: int = 0
    values: dict[str, float] = field(default_factory=dict)

    def to_filter(self) -> Filter:
        kernels = tuple(
            Kernel(one.name or self.name, np.array(one.weights) / self.over) for one in self.kernels
        )
        if self.formula:
            made = find_parametric(self.formula).make(self.values, self.size, self.size)
            kernels = (replace(made, name=self.name),)
        return Filter(self.name, kernels, self.key)


class _Group(StrictObject):
    name: str
    presets: tuple[_Preset, ...]


def _read_groups() -> Iterator[PresetGroup]:
    file = paths.resources() / "kernels" / "presets.json"
    for group in read_json(file.read_text(encoding="utf-8"), tuple[_Group, ...]):
        yield PresetGroup(group.name, tuple(one.to_filter() for one in group.presets))


PRESET_GROUPS = tuple(_read_groups())
PRESETS = tuple(preset for group in PRESET_GROUPS for preset in group.filters)
