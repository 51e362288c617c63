"""`inspect`: tell what a model consists of."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.cli.common import Commands, find_model
from explorer.cli.output import aligned, complain, say, write
from explorer.errors import ExplorerError

if TYPE_CHECKING:
    from explorer.core.layers.architecture import Architecture, TensorSpec
    from explorer.core.layers.layers import LayerInfo
    from explorer.core.models.model import Model

_MOST_CLASSES = 10
_HEADINGS = ("layer", "kind", "output", "parameters", "multiply-adds", "receptive field")
_LEFT = 3  # the first columns are words, the others numbers


def add_to(commands: "Commands") -> None:
    """Add the command to a parser's commands."""
    command = commands.add_parser("inspect", help="list a model's layers", description=_run.__doc__)
    command.add_argument("model", metavar="MODEL", help="a name, a run folder or a model file")
    command.add_argument("--json", type=Path, metavar="OUT", help="write it as JSON instead")
    command.set_defaults(job=_run)


def _run(options: argparse.Namespace) -> bool:
    """List the layers of a model with their shapes, parameters, multiply-adds, receptive fields.

    They are read out of the model's file, and nothing in it is run, unless it does not tell them: a
    SavedModel is converted, and a LiteRT or ONNX model that leaves shapes free is run on an empty
    picture.
    """
    from explorer.background.blocking_worker import BlockingWorker
    from explorer.core.files.json_text import write_json
    from explorer.core.files.names import printable_name
    from explorer.core.files.writing import check_writable, write_atomically
    from explorer.core.models.requests import DescribeLayers, ReadArchitecture
    from explorer.ml.worker import inspector_role_for

    if options.json is not None:
        with ExplorerError.when_refused("was not written", printable_name(options.json)):
            check_writable(options.json)
    model = find_model(options.model)
    with BlockingWorker("classifier", model.path) as worker:
        architecture = worker.ask(ReadArchitecture(model.use))
    role = inspector_role_for(model.path)
    is_light = role == "classifier"
    if not architecture.layers or (is_light and not _is_whole(architecture)):
        try:
            with BlockingWorker(role, model.path) as worker:
                architecture = worker.ask(DescribeLayers(model.use))
        except ExplorerError as error:  # what the file does tell is of use all the same
            complain(error.sentence)
    if options.json is None:
        _print(model, architecture)
        return True
    with ExplorerError.when_refused("was not written", printable_name(options.json)):
        content = write_json(_to_json(model, architecture), indent=2)
        write_atomically(options.json, content.encode() + b"\n")
    return True


def _is_whole(architecture: "Architecture") -> bool:
    """Return whether each layer's shape and cost are known without running anything."""
    return all(one.output_shape and one.multiply_adds is not None for one in architecture.layers)


def _to_json(model: "Model", architecture: "Architecture") -> dict[str, Any]:
    use = model.preparation
    inputs = [_tensor(one) for one in architecture.inputs]
    return {
        "name": model.name,
        "format": architecture.format,
        "made_by": architecture.made_by,
        "input": inputs[0] if inputs else None,
        "inputs": inputs,
        "outputs": [_tensor(one) for one in architecture.outputs],
        "preparation": {
            "size": use.size,
            "resize": use.resize,
            "channels": use.channels,
            "scaling": use.scaling,
            "scaling_inside": architecture.scaling_inside,
        }
        if architecture.takes_picture
        else None,
        "classes": model.classes,
        "last_activation": architecture.last_activation,
        "layers": [_layer(layer) for layer in architecture.layers],
        "totals": {
            "layers": len(architecture.layers),
            "parameters": architecture.parameters,
            "multiply_adds": architecture.multiply_adds,
            "layers_of_unknown_multiply_adds": architecture.unknown_costs,
        },
        "limits": architecture.limits,
    }


def _tensor(spec: "TensorSpec") -> dict[str, Any]:
    return {"name": spec.name, "shape": spec.shape, "dtype": spec.dtype}


def _layer(layer: "LayerInfo") -> dict[str, Any]:
    field = layer.receptive_field
    return {
        "name": layer.name,
        "kind": layer.kind,
        "output_shape": layer.output_shape,
        "parameters": layer.parameters,
        "multiply_adds": layer.multiply_adds,
        "receptive_field": None
        if field is None
        else {"size": field.size, "stride": [_number(one) for one in field.stride]},
        "detail": layer.detail,
        "sources": layer.sources,
        "problem": layer.problem,
    }


def _number(value: float) -> int | float:
    return int(value) if value == int(value) else value


def _print(model: "Model", architecture: "Architecture") -> None:
    use = model.preparation
    made_by = f", made by {architecture.made_by}" if architecture.made_by else ""
    say(f"{model.name}: {architecture.format}{made_by}")
    for word, tensors in (("input", architecture.inputs), ("output", architecture.outputs)):
        for one in tensors:
            say(f"{word}: {one.name}, {_told(one.shape)}, {one.dtype}")
    inside = f", then {architecture.scaling_inside} inside" if architecture.scaling_inside else ""
    if architecture.takes_picture:
        say(
            f"preparation: {use.resize} to {use.size[0]}×{use.size[1]}, {use.channels}, "
            f"scaling {use.scaling}{inside}"
        )
    if model.classes:
        more = len(model.classes) - _MOST_CLASSES
        names = ", ".join(model.classes[:_MOST_CLASSES])
        say(f"classes: {names}{f' and {more:,} more' if more > 0 else ''}")
    rows = [_HEADINGS, *(_row(layer) for layer in architecture.layers)]
    write("\n" + "\n".join(aligned(rows, left=_LEFT)) + "\n\n")
    least = "at least " if architecture.unknown_costs else ""
    say(
        f"{len(architecture.layers):,} layers, {architecture.parameters:,} parameters, "
        f"{least}{architecture.multiply_adds:,} multiply-adds per picture"
    )
    for limit in architecture.limits:
        say(limit)


def _row(layer: "LayerInfo") -> tuple[str, ...]:
    from explorer.core.files.names import printable_name

    cost = layer.multiply_adds
    field = layer.receptive_field
    seen = ""
    if field is not None:
        seen = _shape(field.size)
        strides = dict.fromkeys(_number(one) for one in field.stride)
        is_whole = not any(field.stride)
        seen += " (all)" if is_whole else f" / {'×'.join(f'{one:g}' for one in strides)}"
    return (
        printable_name(layer.name),
        printable_name(layer.kind),
        _shape(layer.output_shape) or "?",
        f"{layer.parameters:,}",
        "?" if cost is None else f"{cost:,}",
        seen or "?",
    )


def _told(lengths: Sequence[int | None] | None) -> str:
    if lengths is None:
        return "of unknown shape"
    return _shape(lengths) or "a single value"


def _shape(lengths: Sequence[int | None]) -> str:
    return "×".join("?" if one is None else str(one) for one in lengths)
