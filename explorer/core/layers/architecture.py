"""What a model consists of: its layers, what flows between them, and what each costs."""

from dataclasses import dataclass

from explorer.core.layers.layers import LayerInfo
from explorer.errors import ModelError


@dataclass(frozen=True)
class TensorSpec:
    """An input or an output of a model.

    Attributes
    ----------
    name : str
    shape : tuple of int or None, or None
        Without the batch; None for a length that is free, and for all of it where it is not known.
        As the file has it: an ONNX model's channels mostly come first.
    dtype : str
        Such as "float32".
    """

    name: str
    shape: tuple[int | None, ...] | None
    dtype: str = "float32"


@dataclass(frozen=True)
class Group:
    """A model within the model.

    Attributes
    ----------
    name : str
        Its path: "backbone", "backbone/stem". Its layers' names begin with it and a slash.
    kind : str
        Its class: "Functional", "Sequential".
    """

    name: str
    kind: str


@dataclass(frozen=True)
class Architecture:
    """What a model consists of.

    Attributes
    ----------
    format : str
        For a person: "Keras 3", "Keras 2 (HDF5)", "LiteRT", "ONNX", "SavedModel".
    name : str
        What the file itself calls the model; may be empty.
    made_by : str
        Which program in which version wrote it, as the file says; may be empty.
    inputs, outputs : tuple of TensorSpec
    layers : tuple of LayerInfo
        In the order in which they compute; those of nested models in place of the models.
    groups : tuple of Group
        The nested models, outer ones first.
    input_size : (int, int) or None
        Height and width that the shapes, receptive fields and multiply-adds are of; None where it
        takes no picture.
    is_channels_first : bool
        Whether the input has its channels before its height and width.
    takes_picture : bool
        Whether it can be given one; `limits` say why not.
    class_output : int
        Which of the outputs tells the classes, if any does.
    last_activation : str
        Of that output: "softmax", "sigmoid", "linear" or another; empty where it is not known.
    scaling_inside : str
        What the first layers do to the range of values, such as "Rescaling to 0–1"; empty where
        they do nothing.
    takes_unit : bool
        Whether those take values of 0 to 1, and not of 0 to 255.
    classes : tuple of str
        Their names, where the file has them.
    limits : tuple of str
        What about it does not work in this program, a sentence each.
    """

    format: str
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    layers: tuple[LayerInfo, ...]
    name: str = ""
    made_by: str = ""
    groups: tuple[Group, ...] = ()
    input_size: tuple[int, int] | None = None
    is_channels_first: bool = False
    takes_picture: bool = True
    class_output: int = 0
    last_activation: str = ""
    scaling_inside: str = ""
    takes_unit: bool = False
    classes: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()

    @property
    def is_keras(self) -> bool:
        """Whether Keras itself runs it."""
        return self.format.startswith("Keras")

    @property
    def parameters(self) -> int:
        """How many weights it has; a shared layer's count once."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def multiply_adds(self) -> int:
        """How many multiplications with addition it computes for one picture.

        At least so many where `unknown_costs` is not 0: those layers count as 0.
        """
        return sum(layer.multiply_adds or 0 for layer in self.layers)

    @property
    def unknown_costs(self) -> int:
        """Of how many layers the multiplications with addition are not known."""
        return sum(layer.multiply_adds is None for layer in self.layers)

    def path_through(self, name: str) -> tuple[str, ...]:
        """Return the layers on one way from the input to the output that leads through a layer.

        Where several lead there, it is the first of what each layer takes, and the first that
        takes each.
        """
        layers = {layer.name: layer for layer in self.layers}
        takers: dict[str, str] = {}
        for layer in self.layers:
            for source in layer.sources:
                takers.setdefault(source, layer.name)
        before: list[str] = []
        at = name
        while at in layers and layers[at].sources and layers[at].sources[0] not in before:
            at = layers[at].sources[0]
            before.append(at)
        after: list[str] = []
        at = name
        while at in takers and takers[at] not in after:
            at = takers[at]
            after.append(at)
        return (*(one for one in reversed(before) if one in layers), name, *after)

    def find(self, name: str) -> LayerInfo:
        """Return a layer by its path, or by its own name where that is unique.

        Raises
        ------
        ModelError
            There is none of that name, or several.
        """
        for layer in self.layers:
            if layer.name == name:
                return layer
        found = [layer for layer in self.layers if layer.name.rpartition("/")[2] == name]
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(f"“{layer.name}”" for layer in found)
            raise ModelError(f"There are {len(found)} layers called “{name}”: {names}.")
        names = ", ".join(layer.name for layer in self.layers)
        raise ModelError(f"There is no layer “{name}”; there are {names}.")
