"""What a Keras config consists of: its layers with shapes, costs and receptive fields.

Keras is not needed: the rules of its layers are in the modules beside this one. Where a layer is
not known, nothing is guessed: its shape is what the file says of it, or unknown from there on.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from explorer.core.layers.architecture import Architecture, Group, TensorSpec
from explorer.core.layers.layers import LayerInfo
from explorer.errors import ModelError
from explorer.ml.architecture.keras import layer_rules, operation_rules
from explorer.ml.architecture.keras.calls import (
    Call,
    Entry,
    Link,
    in_order,
    read_entries,
    read_entry,
    read_links,
    to_shape,
    use_of,
)
from explorer.ml.architecture.keras.endings import Endings, class_output
from explorer.ml.architecture.keras.texts import (
    activation_of,
    describe_settings,
    scaling_inside,
    sizes,
)
from explorer.ml.architecture.keras.use import (
    MAX_COUNT,
    MAX_LENGTH,
    Outcome,
    Settings,
    Tensor,
    UnfitError,
    Use,
    replaced,
)
from explorer.ml.architecture.node import Given, Node, Shape, Unknown
from explorer.ml.architecture.picture_input import (
    KEEPS_STEPS,
    reason_against_picture_for_keras,
)
from explorer.ml.architecture.receptive_fields import receptive_fields
from explorer.ml.architecture.token_grids import with_token_grids

MAX_NODES = 20_000
"""Uses of layers: a model that holds another twice, which holds another twice, and so on."""

Arrays = Mapping[str, Sequence[Shape]]
"""The shapes of the arrays that the file stores for each layer, by its path."""


def architecture_of(
    config: Mapping[str, Any],
    input_size: tuple[int, int],
    stored: Arrays | None = None,
    problems: Mapping[str, str] | None = None,
) -> Architecture:
    """Return the architecture that a Keras config describes.

    Parameters
    ----------
    config : mapping
        {"class_name": ..., "config": ...}, of Keras 2.2 or later.
    input_size : (int, int)
        Height and width of pictures, where the model takes any.
    stored : mapping, optional
        The shapes of the arrays that the file has for each layer; without it, parameters are
        those that the layers' settings ask for.
    problems : mapping, optional
        Why a layer cannot be run, a sentence each, by its path.

    Raises
    ------
    ModelError
        It describes no layers, or more than 20,000 uses of layers; the text is the reason alone.
    """
    model = read_entry(config)
    if not model.is_model:
        raise ModelError(f"it describes no layers: its {model.kind} is code that the file lacks")
    graph = _Graph(input_size, stored or {}, problems or {})
    outputs = graph.run(model, "", None)
    return graph.architecture(model, outputs)


@dataclass
class _Layer:
    """What is known of a layer so far."""

    info: LayerInfo
    values: list[str] = field(default_factory=list)


class _Graph:
    """Runs a config: shapes in place of values."""

    def __init__(
        self, input_size: tuple[int, int], stored: Arrays, problems: Mapping[str, str]
    ) -> None:
        self._size = input_size
        self._stored = stored
        self._problems = problems
        self._nodes: list[Node] = []
        self._layers: dict[str, _Layer] = {}
        self._configs: dict[str, tuple[str, Mapping[str, Any]]] = {}
        self._groups: list[Group] = []
        self._seen: set[str] = set()
        self._makers: dict[str, str] = {}  # the layer that returns each value
        self._channels_first: set[str] = set()
        self._inputs: list[TensorSpec] = []
        self._picture: tuple[int, int] | None = None
        self._is_channels_first = False

    def run(self, model: Entry, path: str, given: list[Tensor] | None) -> list[Tensor]:
        """Run a model or one nested in it; without `given`, its inputs are those of the whole."""
        entries = read_entries(model)
        if given is None and not self._is_channels_first:
            self._is_channels_first = _takes_channels_first(entries)
        for entry in entries:  # in the order of the file
            self._note(entry, path)
        if model.kind == "Sequential" or not any(entry.calls for entry in entries):
            return self._run_sequence(model, entries, path, given)
        return self._run_functional(model, entries, path, given)

    def _run_sequence(
        self, model: Entry, entries: list[Entry], path: str, given: list[Tensor] | None
    ) -> list[Tensor]:
        inputs = [entry for entry in entries if entry.kind == "InputLayer"]
        layers = [entry for entry in entries if entry.kind != "InputLayer"]
        if given is None:
            entry = inputs[0] if inputs else Entry("input", "InputLayer", "", {})
            shape = _input_shape(entry)
            if shape is None and layers:
                shape = _input_shape(layers[0]) or to_shape(model.config.get("build_input_shape"))
            if shape is None and layers:
                shape = self._shape_from_weights(layers)
            given = [self._given(entry, _joined(path, entry.name), shape, is_listed=bool(inputs))]
        values = list(given)
        for entry in layers:
            values = self._call(entry, path, Call([_alone(values)]), None)
        return values

    def _run_functional(
        self, model: Entry, entries: list[Entry], path: str, given: list[Tensor] | None
    ) -> list[Tensor]:
        by_name = {entry.name: entry for entry in entries}
        told = {
            (link.layer, use_of(by_name[link.layer], link.call)): link.shape
            for entry in entries
            for call in entry.calls
            for link in call.links()
            if link.layer in by_name and link.index == 0
        }
        names = [link.layer for link in read_links(model.config.get("input_layers"))]
        bound = dict(zip(names, given or (), strict=False))
        found: dict[tuple[str, int], list[Tensor]] = {}

        def value(link: Link) -> Tensor:
            entry = by_name.get(link.layer)
            values = found.get((link.layer, use_of(entry, link.call))) if entry else None
            if values is None or not 0 <= link.index < len(values):
                return Tensor("", link.shape)
            return values[link.index]

        for entry, number in in_order(entries):
            if entry.kind == "InputLayer":
                if given is None:
                    tensor = self._given(entry, _joined(path, entry.name), _input_shape(entry))
                else:
                    tensor = bound.get(entry.name) or Tensor("", _input_shape(entry))
                found[entry.name, number] = [tensor]
                continue
            call = entry.calls[number] if entry.calls else Call()
            filled = Call(_filled(call.args, value), _filled(dict(call.keywords), value))
            known = told.get((entry.name, number))
            found[entry.name, number] = self._call(entry, path, filled, known)
        return [value(link) for link in read_links(model.config.get("output_layers"))]

    def _note(self, entry: Entry, path: str) -> None:
        """List a layer, or those of a nested model, before it is used: in the file's order."""
        name = _joined(path, entry.name)
        if entry.is_model:
            if name not in self._seen:
                self._seen.add(name)
                self._groups.append(Group(name, entry.kind))
                for inner in read_entries(entry):
                    self._note(inner, name)
            return
        if name in self._layers or (entry.kind == "InputLayer" and path):
            return
        config = entry.config
        self._configs[name] = (entry.kind, config)
        kernel = sizes(config.get("kernel_size"))
        self._layers[name] = _Layer(
            LayerInfo(
                name=name,
                kind=_kind_of(entry),
                output_shape=(),
                parameters=self._stored_parameters(name) or 0,
                detail=describe_settings(entry.kind, config),
                kernel_size=kernel,
                is_softmax=activation_of(entry.kind, config) == "softmax",
                problem=self._problems.get(name) or self._problems.get(entry.name, ""),
            )
        )

    def _stored_parameters(self, name: str) -> int | None:
        shapes = self._stored.get(name)
        if shapes is None:
            return None
        return sum(math.prod(length or 0 for length in shape) for shape in shapes)

    def _given(
        self, entry: Entry, name: str, shape: Shape | None, *, is_listed: bool = True
    ) -> Tensor:
        """Return an input of the whole model."""
        dtype = entry.config.get("dtype")
        kind = dtype if isinstance(dtype, str) else "float32"
        self._inputs.append(TensorSpec(entry.name, shape[1:] if shape else None, kind))
        shape = self._sized(shape)
        tensor = Tensor(self._name(name), shape)
        known = shape or ()
        axes: tuple[int, ...] = ()
        if len(known) == 4:
            axes = (2, 3) if self._is_channels_first else (1, 2)
            height, width = (known[axis] for axis in axes)
            if self._picture is None and height is not None and width is not None:
                self._picture = (height, width)
        elif len(known) in (3, 5):
            axes = tuple(range(1, len(known) - 1))
            axes = tuple(axis + 1 for axis in axes) if self._is_channels_first else axes
        if self._is_channels_first and len(known) > 3:
            self._channels_first.add(tensor.name)
        self._nodes.append(Node(name, (tensor.name,), shape, given=Given(axes)))
        if is_listed:
            self._makers[tensor.name] = name
            if name in self._layers:
                self._told(name, [tensor], Outcome((shape,) if shape else ()), ())
        return tensor

    def _sized(self, shape: Shape | None) -> Shape | None:
        """Return the shape of an input with the assumed height and width where they are free."""
        if shape is None or len(shape) != 4:
            return shape
        axes = (2, 3) if self._is_channels_first else (1, 2)
        lengths = zip(axes, self._size, strict=True)
        return replaced(shape, {axis: shape[axis] or size for axis, size in lengths})

    def _shape_from_weights(self, layers: list[Entry]) -> Shape | None:
        """Return what a model takes that was saved without saying: as its first kernels tell."""
        for entry in layers:
            arrays = self._stored.get(entry.name) or ()
            if entry.kind in ("Conv2D", "DepthwiseConv2D", "SeparableConv2D") and arrays:
                kernels = [shape for shape in arrays if len(shape) == 4]
                if not kernels or entry.config.get("groups", 1) != 1:
                    return None
                channels = kernels[0][2]
                return (
                    (1, channels, None, None)
                    if self._is_channels_first
                    else (
                        1,
                        None,
                        None,
                        channels,
                    )
                )
            if arrays:
                return None
        return None

    def _name(self, layer: str) -> str:
        if len(self._nodes) >= MAX_NODES:
            raise ModelError(f"it uses more than {MAX_NODES:,} layers")
        return f"{layer}:{len(self._nodes)}"

    def _call(
        self,
        entry: Entry,
        path: str,
        call: Call,
        told: Shape | None,
    ) -> list[Tensor]:
        """Use a layer: note what it returns and costs."""
        name = _joined(path, entry.name)
        tensors = [*_tensors_in(call.args), *_tensors_in(dict(call.keywords))]
        if entry.is_model:
            return self.run(entry, name, tensors)
        use = _use(entry, call, tensors)
        try:
            outcome = self._outcome(entry, use)
        except UnfitError:
            outcome = Outcome((told,) if told else (), (Unknown(),), None, None)
        base = self._name(name)
        values = [Tensor(f"{base}:{index}", one) for index, one in enumerate(outcome.shapes)]
        values = values or [Tensor(f"{base}:0", None)]
        self._nodes.append(
            Node(
                name,
                tuple(value.name for value in values),
                values[0].shape,
                tuple(tensor.name for tensor in tensors),
                tuple(tensor.shape for tensor in tensors),
                outcome.effects,
                outcome.joined_axis,
            )
        )
        self._follow_channels(entry, tensors, values)
        self._told(name, values, outcome, tensors)
        return values

    def _outcome(self, entry: Entry, use: Use) -> Outcome:
        """Return what a layer makes of its input; UnfitError where it is not known."""
        inner = entry.config.get("layer")
        if use.kind == "TimeDistributed" and isinstance(inner, dict):
            model = read_entry(inner)
            if model.is_model and len(use.shape) > 2:
                return self._outcome_of_steps(model, use)
        apply = operation_rules.apply if _is_operation(entry) else layer_rules.apply
        outcome = apply(use)
        lengths = (length or 0 for shape in outcome.shapes for length in shape)
        counts = (outcome.multiply_adds or 0, outcome.parameters or 0)
        if max(lengths, default=0) > MAX_LENGTH or max(counts) > MAX_COUNT:
            raise UnfitError("it would return or take more than any computer holds")
        return outcome

    def _outcome_of_steps(self, model: Entry, use: Use) -> Outcome:
        """Return what a model makes of each step of a sequence."""
        graph = _Graph(self._size, {}, {})
        shape = use.shape
        returned = graph.run(model, model.name, [Tensor("", (shape[0], *shape[2:]))])
        layers = [layer.info for layer in graph._layers.values()]
        costs = [layer.multiply_adds for layer in layers]
        cost = None
        if None not in costs and shape[1] is not None:
            cost = shape[1] * sum(one or 0 for one in costs)
        shapes = [one.shape for one in returned if one.shape is not None]
        return Outcome(
            tuple((one[0], shape[1], *one[1:]) for one in shapes),
            (Unknown(),),
            cost,
            sum(layer.parameters for layer in layers),
        )

    def _follow_channels(self, entry: Entry, tensors: list[Tensor], values: list[Tensor]) -> None:
        """Note where the channels come first: as the layer says, or as in what it takes."""
        says = entry.config.get("data_format")
        is_first = says == "channels_first"
        if says is None and entry.kind not in ("Permute", "Transpose", "Reshape"):
            is_first = any(tensor.name in self._channels_first for tensor in tensors)
        if is_first:
            self._channels_first.update(value.name for value in values)

    def _told(
        self, name: str, values: list[Tensor], outcome: Outcome, tensors: Sequence[Tensor]
    ) -> None:
        """Add what one use of a layer returns and costs to what is known of the layer."""
        layer = self._layers[name]
        info = layer.info
        is_first_use = not layer.values
        cost = outcome.multiply_adds
        if not is_first_use:
            before = info.multiply_adds
            cost = None if cost is None or before is None else min(before + cost, MAX_COUNT)
        makers = (self._makers.get(tensor.name, "") for tensor in tensors)
        sources = dict.fromkeys((*info.sources, *(maker for maker in makers if maker)))
        info = replace(info, multiply_adds=cost, sources=tuple(sources))
        if is_first_use:
            is_channels_first = values[0].name in self._channels_first
            shape = _shown(values, is_channels_first)
            info = replace(
                info,
                output_shape=shape,
                is_channels_first=is_channels_first,
                detail=info.detail
                if len(values) == 1
                else f"{len(values)} arrays, of which the first is shown",
            )
            # Some are not found by the layer's name, and one layer stores its kernel twice.
            if not info.parameters or info.kind == "SpectralNormalization":
                info = replace(info, parameters=outcome.parameters or info.parameters)
        layer.info = info
        layer.values += [value.name for value in values]
        for value in values:
            self._makers[value.name] = name

    def architecture(self, model: Entry, outputs: list[Tensor]) -> Architecture:
        """Return what has been noted."""
        fields = receptive_fields(self._nodes)
        layers = tuple(
            replace(layer.info, receptive_field=fields.get(layer.values[0]))
            if layer.values
            else layer.info
            for layer in self._layers.values()
        )
        returned = []
        for tensor in outputs:
            maker = self._makers.get(tensor.name, "")
            returned.append(TensorSpec(maker, tensor.shape[1:] if tensor.shape else None))
        problem = reason_against_picture_for_keras(
            self._inputs, is_channels_first=self._is_channels_first, takers=self._kinds_taking()
        )
        size = self._picture
        if size is None and not problem and self._inputs:  # a grey picture without channels
            height, width, *_ = self._inputs[0].shape or (None, None)
            size = None if height is None or width is None else (height, width)
        endings = Endings(
            {name: (*self._configs[name], one.info.sources) for name, one in self._layers.items()}
        )
        last = [endings.of(one.name) for one in returned]
        told = class_output([one.shape for one in returned], last)
        return Architecture(
            format="Keras",
            name=model.name,
            inputs=tuple(self._inputs),
            outputs=tuple(returned),
            layers=with_token_grids(layers),
            groups=tuple(self._groups),
            input_size=size,
            is_channels_first=self._is_channels_first,
            takes_picture=not problem,
            class_output=told,
            last_activation=last[told] if last else "",
            scaling_inside=scaling_inside(layers, self._configs),
            limits=(f"It cannot be run: it {problem}.",) if problem else (),
        )

    def _kinds_taking(self) -> list[str]:
        """Return the kinds of the layers that first take the inputs for what they are."""
        kinds: list[str] = []
        given: set[str] = set()
        for node in self._nodes:  # in the order in which they compute
            kind = self._configs[node.name][0] if node.name in self._configs else ""
            if node.given is not None or (kind in KEEPS_STEPS and given & {*node.sources}):
                given.update(node.outputs)
            elif given & {*node.sources}:
                kinds.append(kind)
        return kinds


def _use(entry: Entry, call: Call, tensors: list[Tensor]) -> Use:
    kind, config = _kind_of(entry), dict(entry.config)
    config.update({name: one for name, one in call.keywords.items() if _is_plain(one)})
    return Use(kind, Settings(config), tuple(tensors), call.args, call.keywords)


def _is_plain(value: Any) -> bool:
    return value is not None and not list(_tensors_in([value]))


_OF_TENSORFLOW = ("TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer")


def _is_operation(entry: Entry) -> bool:
    return entry.is_operation or entry.kind in _OF_TENSORFLOW


def _kind_of(entry: Entry) -> str:
    if entry.kind in _OF_TENSORFLOW:
        function = entry.config.get("function")
        return operation_rules.operation_of(function if isinstance(function, str) else "")
    return entry.kind


def _joined(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name


def _alone(values: list[Tensor]) -> Any:
    return values[0] if len(values) == 1 else list(values)


def _filled(value: Any, of: Any) -> Any:
    """Return arguments with tensors in place of links."""
    if isinstance(value, Link):
        return of(value)
    if isinstance(value, list):
        return [_filled(one, of) for one in value]
    if isinstance(value, dict):
        return {name: _filled(one, of) for name, one in value.items()}
    return value


def _tensors_in(value: Any) -> list[Tensor]:
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, list):
        return [tensor for one in value for tensor in _tensors_in(one)]
    if isinstance(value, dict):
        return [tensor for _, one in sorted(value.items()) for tensor in _tensors_in(one)]
    return []


def _input_shape(entry: Entry) -> Shape | None:
    for key in ("batch_shape", "batch_input_shape"):
        found = to_shape(entry.config.get(key))
        if found is not None:
            return found
    shape = entry.config.get("shape") or entry.config.get("input_shape")
    return to_shape([None, *shape]) if isinstance(shape, list) else None


def _takes_channels_first(entries: list[Entry]) -> bool:
    """Return whether a model takes channels before height and width: as its first layers say."""
    for entry in entries:
        if entry.kind in ("Permute", "Transpose"):
            return False
        says = entry.config.get("data_format")
        if says in ("channels_first", "channels_last") and entry.kind != "Flatten":
            return bool(says == "channels_first")
        if entry.is_model and _takes_channels_first(read_entries(entry)):
            return True
    return False


def _shown(values: list[Tensor], is_channels_first: bool) -> tuple[int, ...]:
    """Return the shape of a layer's first value as it is shown; empty where it is not known."""
    shape = values[0].shape
    if shape is None:
        return ()
    lengths = [length for length in shape[1:] if length is not None]
    if len(lengths) < len(shape) - 1:
        return ()
    if is_channels_first and len(lengths) > 1:
        lengths = [*lengths[1:], lengths[0]]
    return tuple(lengths)
