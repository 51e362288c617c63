"""The settings of the Filter page as a JSON text: what a restart and the lessons are read from."""

from typing import Literal

import numpy as np
from msgspec import field, structs

from explorer.core.convolution.geometry import Border, Geometry, Mode
from explorer.core.files.json_text import (
    JSONError,
    Number,
    StrictObject,
    Text,
    Whole,
    read_json,
    write_json,
)
from explorer.core.filters.display import Display
from explorer.core.filters.settings import FilterSettings
from explorer.core.filters.steps import (
    NEURON_PATTERNS,
    Convolution,
    Dense,
    NeuronPattern,
    Operation,
    Pooling,
    PoolingKind,
    Relu,
    Shuffle,
    Step,
)
from explorer.core.images.planes import Source
from explorer.core.kernels.kernel import Filter, Kernel
from explorer.core.kernels.presets import PRESETS, find_preset
from explorer.errors import KernelError

_Size = tuple[Whole, Whole]
_Range = tuple[Number, Number]


class _KernelFields(StrictObject):
    name: Text
    weights: list[list[Number]]

    def __post_init__(self) -> None:
        if len({len(row) for row in self.weights}) > 1:
            raise ValueError("has rows of different lengths")


class _FilterFields(StrictObject):
    """A preset, or a name, kernels and a key."""

    preset: Text = ""
    name: Text = ""
    kernels: tuple[_KernelFields, ...] = ()
    key: Text = ""

    def to_filter(self) -> Filter:
        if self.preset:
            return find_preset(self.preset)
        kernels = (Kernel(one.name, np.array(one.weights, np.float64)) for one in self.kernels)
        filter = Filter(self.name, tuple(kernels), self.key)
        # A preset that was saved under an earlier name has the present one.
        return next((preset for preset in PRESETS if _is_same(filter, preset)), filter)


def _is_same(filter: Filter, preset: Filter) -> bool:
    """Return whether key and weights are a preset's, whatever its name."""
    return (
        filter.key == preset.key
        and len(filter.kernels) == len(preset.kernels)
        and all(
            np.array_equal(ours.weights, theirs.weights)
            for ours, theirs in zip(filter.kernels, preset.kernels, strict=True)
        )
    )


class _GeometryFields(StrictObject):
    mode: Mode = "same"
    border: Border = "zero"
    stride: _Size = (1, 1)
    dilation: _Size = (1, 1)
    is_correlation: bool = False


class _StepFields(StrictObject, tag_field="operation"):
    is_on: bool = True
    display: Display | None = None
    range: _Range | None = None


class _ConvolutionFields(_StepFields, tag="convolution", kw_only=True):
    filter: _FilterFields
    geometry: _GeometryFields = field(default_factory=_GeometryFields)
    offset: Number = 0.0

    def to_operation(self) -> Operation:
        geometry = Geometry(**structs.asdict(self.geometry))
        return Convolution(self.filter.to_filter(), geometry, self.offset)


class _ReluFields(_StepFields, tag="relu"):
    def to_operation(self) -> Operation:
        return Relu()


class _PoolingFields(_StepFields, tag="pooling"):
    kind: PoolingKind = "max"
    size: _Size = (2, 2)
    stride: _Size | None = None

    def to_operation(self) -> Operation:
        return Pooling(self.kind, self.size, self.stride or self.size)


class _ShuffleFields(_StepFields, tag="shuffle"):
    seed: Whole = 1

    def to_operation(self) -> Operation:
        return Shuffle(self.seed)


class _DenseFields(_StepFields, tag="dense"):
    neurons: tuple[NeuronPattern, ...] = NEURON_PATTERNS
    seed: Whole = 1
    shuffled_by: Whole | None = None

    def to_operation(self) -> Operation:
        return Dense(self.neurons, self.seed, self.shuffled_by)


_AnyStep = _ConvolutionFields | _ReluFields | _PoolingFields | _ShuffleFields | _DenseFields


class SettingsFields(StrictObject):
    """Settings as they are written; what is left out has its usual value."""

    schema: Literal[1]
    steps: tuple[_AnyStep, ...]
    source: Source = "grey"
    selected: Whole = 0
    lesson: Text = ""
    # Older documents have these once, for the chosen step.
    display: Display | None = None
    range: _Range | None = None

    def to_settings(self) -> FilterSettings:
        """Return what they say; KernelError where together they make no settings."""
        steps = (
            Step(step.to_operation(), step.is_on, step.display, step.range) for step in self.steps
        )
        settings = FilterSettings(tuple(steps), self.source, self.selected, self.lesson)
        if self.display is None and self.range is None:
            return settings
        return settings.with_step(display=self.display, range=self.range)


def to_json(settings: FilterSettings) -> str:
    """Write settings as a text of ASCII characters that `from_json` reads back exactly."""
    steps = [
        {**vars(step), **vars(step.operation), "operation": _NAMES[type(step.operation)]}
        for step in settings.steps
    ]
    return write_json({"schema": 1, **vars(settings), "steps": steps})


def from_json(text: str) -> FilterSettings:
    """Read settings.

    Parameters
    ----------
    text : str
        What `to_json` writes. What is left out of a step has its usual value; a filter may be
        {"preset": key}.

    Raises
    ------
    KernelError
        It is no such text; the sentence says which field of which step is wrong, and why.
    """
    try:
        return read_json(text, SettingsFields).to_settings()
    except JSONError as error:
        raise KernelError(f"The steps could not be read: {error}.") from error


_NAMES: dict[type[Operation], str] = {
    Convolution: "convolution",
    Relu: "relu",
    Pooling: "pooling",
    Shuffle: "shuffle",
    Dense: "dense",
}
