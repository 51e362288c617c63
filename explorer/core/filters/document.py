"""The settings of the Filter page as a JSON text: what a restart and the lessons are read from."""

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from explorer.core.convolution.geometry import BORDERS, MODES, Geometry, Size
from explorer.core.files import json_fields
from explorer.core.files.json_fields import FieldError, Fields
from explorer.core.filters.display import DISPLAYS
from explorer.core.filters.settings import MAX_STEPS, FilterSettings
from explorer.core.filters.steps import (
    MAX_NEURONS,
    NEURON_PATTERNS,
    Convolution,
    Dense,
    Operation,
    Pooling,
    PoolingKind,
    Relu,
    Shuffle,
    Step,
)
from explorer.core.images.planes import SOURCES
from explorer.core.kernels.kernel import MAX_EDGE, Filter, Kernel
from explorer.core.kernels.presets import find_preset
from explorer.errors import KernelError

SCHEMA = 1

_POOLING_KINDS: tuple[PoolingKind, ...] = ("max", "average")


def to_json(settings: FilterSettings) -> str:
    """Write settings as a text of ASCII characters that `from_json` reads back exactly."""
    content = {
        "schema": SCHEMA,
        "source": settings.source,
        "selected": int(settings.selected),
        "lesson": settings.lesson,
        "steps": [_write_step(step) for step in settings.steps],
    }
    return json.dumps(content, allow_nan=False)


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
        return read_settings(json_fields.load_json(text))
    except FieldError as error:
        raise KernelError(f"The steps could not be read: {error}.") from error


def read_settings(content: object) -> FilterSettings:
    """Read settings from what `json.loads` made of their text.

    Raises
    ------
    FieldError
        A field is wrong, missing, or not known.
    KernelError
        The fields together make no settings.
    """
    fields = Fields(content)
    schema = fields.take("schema", json_fields.whole)
    if schema != SCHEMA:
        raise FieldError(f"is {schema}, but this program reads {SCHEMA}", ("schema",))
    settings = FilterSettings(
        tuple(fields.take("steps", json_fields.list_of(_read_step, most=MAX_STEPS))),
        source=fields.take_or("source", json_fields.one_of(SOURCES), "grey"),
        selected=fields.take_or("selected", json_fields.whole, 0),
        lesson=fields.take_or("lesson", json_fields.text, ""),
    )
    # Older documents have these once, for the chosen step.
    display = fields.take_or("display", _read_display, None)
    value_range = fields.take_or("range", _read_range, None)
    fields.end()
    if display is not None or value_range is not None:
        settings = settings.with_step(replace(settings.step, display=display, range=value_range))
    return settings


_read_display = json_fields.optional(json_fields.one_of(DISPLAYS))
_read_range = json_fields.optional(json_fields.pair_of(json_fields.number))
_read_size = json_fields.pair_of(json_fields.whole)


def _write_step(step: Step) -> dict[str, object]:
    return {
        **_write_operation(step.operation),
        "is_on": bool(step.is_on),
        "display": step.display,
        "range": step.range and [float(value) for value in step.range],
    }


def _write_operation(operation: Operation) -> dict[str, object]:
    if isinstance(operation, Convolution):
        return {
            "operation": "convolution",
            "filter": _write_filter(operation.filter),
            "geometry": _write_geometry(operation.geometry),
            "offset": float(operation.offset),
        }
    if isinstance(operation, Pooling):
        return {
            "operation": "pooling",
            "kind": operation.kind,
            "size": _write_size(operation.size),
            "stride": _write_size(operation.stride),
        }
    if isinstance(operation, Shuffle):
        return {"operation": "shuffle", "seed": int(operation.seed)}
    if isinstance(operation, Dense):
        return {
            "operation": "dense",
            "neurons": list(operation.neurons),
            "seed": int(operation.seed),
            "shuffled_by": None if operation.shuffled_by is None else int(operation.shuffled_by),
        }
    return {"operation": "relu"}


def _write_filter(filter: Filter) -> dict[str, object]:
    kernels = [
        {"name": kernel.name, "weights": kernel.weights.tolist()} for kernel in filter.kernels
    ]
    return {"name": filter.name, "key": filter.key, "kernels": kernels}


def _write_geometry(geometry: Geometry) -> dict[str, object]:
    return {
        "mode": geometry.mode,
        "border": geometry.border,
        "stride": _write_size(geometry.stride),
        "dilation": _write_size(geometry.dilation),
        "is_correlation": bool(geometry.is_correlation),
    }


def _write_size(size: Size) -> list[int]:
    return [int(length) for length in size]


def _read_step(content: object) -> Step:
    fields = Fields(content)
    read = _READERS[fields.take("operation", json_fields.one_of(_READERS))]
    step = Step(
        read(fields),
        fields.take_or("is_on", json_fields.truth, True),
        fields.take_or("display", _read_display, None),
        fields.take_or("range", _read_range, None),
    )
    fields.end()
    return step


def _read_convolution(fields: Fields) -> Operation:
    return Convolution(
        fields.take("filter", _read_filter),
        fields.take_or("geometry", _read_geometry, Geometry()),
        fields.take_or("offset", json_fields.number, 0.0),
    )


def _read_relu(fields: Fields) -> Operation:
    return Relu()


def _read_pooling(fields: Fields) -> Operation:
    size = fields.take_or("size", _read_size, (2, 2))
    return Pooling(
        fields.take_or("kind", json_fields.one_of(_POOLING_KINDS), "max"),
        size,
        fields.take_or("stride", _read_size, size),
    )


def _read_shuffle(fields: Fields) -> Operation:
    return Shuffle(fields.take_or("seed", json_fields.whole, 1))


def _read_dense(fields: Fields) -> Operation:
    read_neurons = json_fields.list_of(json_fields.one_of(NEURON_PATTERNS), most=MAX_NEURONS)
    return Dense(
        tuple(fields.take_or("neurons", read_neurons, NEURON_PATTERNS)),
        fields.take_or("seed", json_fields.whole, 1),
        fields.take_or("shuffled_by", json_fields.optional(json_fields.whole), None),
    )


_READERS: dict[str, Callable[[Fields], Operation]] = {
    "convolution": _read_convolution,
    "relu": _read_relu,
    "pooling": _read_pooling,
    "shuffle": _read_shuffle,
    "dense": _read_dense,
}


def _read_filter(content: object) -> Filter:
    fields = Fields(content)
    preset = fields.take_or("preset", json_fields.text, None)
    if preset is not None:
        fields.end()
        return find_preset(preset)
    read_kernels = json_fields.list_of(_read_kernel, most=2)
    name = fields.take("name", json_fields.text)
    kernels = tuple(fields.take("kernels", read_kernels))
    key = fields.take_or("key", json_fields.text, "")
    fields.end()
    return Filter(name, kernels, key)


def _read_kernel(content: object) -> Kernel:
    fields = Fields(content)
    name = fields.take("name", json_fields.text)
    # NumPy would take a text or a truth for a number.
    read_row = json_fields.list_of(json_fields.number, most=MAX_EDGE)
    rows = fields.take("weights", json_fields.list_of(read_row, most=MAX_EDGE))
    fields.end()
    if len({len(row) for row in rows}) > 1:
        raise FieldError("has rows of different lengths", ("weights",))
    return Kernel(name, np.array(rows, np.float64))


def _read_geometry(content: object) -> Geometry:
    fields = Fields(content)
    geometry = Geometry(
        fields.take_or("mode", json_fields.one_of(MODES), "same"),
        fields.take_or("border", json_fields.one_of(BORDERS), "zero"),
        fields.take_or("stride", _read_size, (1, 1)),
        fields.take_or("dilation", _read_size, (1, 1)),
        fields.take_or("is_correlation", json_fields.truth, False),
    )
    fields.end()
    return geometry
