"""What the outputs of a Keras network went through last, which says what their values mean."""

from collections.abc import Mapping, Sequence
from typing import Any

from explorer.ml.architecture.keras.texts import activation_of, passes_values_on
from explorer.ml.architecture.node import Shape

_OF_CLASSES = ("softmax", "sigmoid", "hard_sigmoid", "log_softmax")
_MOST_STEPS = 200


class Endings:
    """Tells of each layer what its values went through last.

    Parameters
    ----------
    layers : mapping of str to (str, mapping, sequence of str)
        Kind and settings of each layer, and the layers that it takes, by its path.
    """

    def __init__(self, layers: Mapping[str, tuple[str, Mapping[str, Any], Sequence[str]]]) -> None:
        self._layers = layers
        self._found: dict[str, str] = {}

    def of(self, name: str, steps: int = 0) -> str:
        """Return an activation, such as "softmax", "linear" or "softmax, then Rescaling".

        Parameters
        ----------
        name : str
            A layer's path.

        Returns
        -------
        str
            Empty where it is not known.
        """
        if name not in self._layers or steps > _MOST_STEPS:
            return ""
        if name not in self._found:
            self._found[name] = ""  # a layer may take what it returned before
            self._found[name] = self._find(name, steps + 1)
        return self._found[name]

    def _find(self, name: str, steps: int) -> str:
        kind, settings, sources = self._layers[name]
        own = activation_of(kind, settings)
        is_linear_activation = kind == "Activation" and own == "linear"
        if "units" in settings or "filters" in settings:
            return own or "linear"
        if own and kind != "BatchNormalization" and not is_linear_activation:
            return own
        before = list(dict.fromkeys(self.of(one, steps) for one in sources))
        is_same = len(before) == 1
        # Means of probabilities are probabilities, and means of logits are logits.
        if is_linear_activation or passes_values_on(kind) or kind == "Average":
            return before[0] if is_same else ""
        if kind == "Concatenate" and is_same and before[0] != "softmax":
            return before[0]
        changed = is_same and before[0].partition(",")[0] in _OF_CLASSES
        return f"{before[0]}, then {kind}" if changed else own


def class_output(shapes: Sequence[Shape | None], endings: Sequence[str]) -> int:
    """Return which output tells the classes: a vector with softmax or sigmoid, if any is one.

    Parameters
    ----------
    shapes : sequence of Shape or None
        Of each output, without the batch.
    endings : sequence of str
        As `Endings` tells them.
    """
    vectors = [index for index, shape in enumerate(shapes) if shape is not None and len(shape) == 1]
    sure = [index for index in vectors if endings[index] in _OF_CLASSES]
    return next(iter([*sure, *vectors, 0]))
