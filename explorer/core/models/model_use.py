"""A model as requests name it: where it lies, how it is used, and what was changed in it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from explorer.core.files.names import printable_name
from explorer.core.models.preparation import Preparation

DEFAULT_PREPARATION = Preparation((224, 224))
"""Of a model that takes pictures of any size and does not say which: the size of most, since
2012."""

Outputs = Literal["probabilities", "logits", "independent", "other"]
"""What a model returns: the probability of each class; logits, which softmax makes probabilities;
a sigmoid for each class, any number of which may be certain; or values that tell no probabilities,
such as those of tanh. A single unit stands for the second of two classes: its probability, or its
logit."""

EditKind = Literal["mute", "scale", "kernel", "swap"]


@dataclass(frozen=True)
class Edit:
    """A change of one channel of a layer: of what it returns, and of the weights it comes from.

    Attributes
    ----------
    layer : str
        Its name.
    channel : int
        Which of its channels, from 0.
    kind : {"mute", "scale", "kernel", "swap"}
        Its kernels and bias become 0; or are multiplied; or one kernel becomes another; or they
        change places with those of another channel.
    factor : float
        By which "scale" multiplies.
    other : int
        The channel that "swap" changes places with; the input channel of the kernel that "kernel"
        replaces.
    kernel : tuple of tuple of float
        The weights of "kernel", row by row, as the framework keeps them: not flipped.
    """

    layer: str
    channel: int
    kind: EditKind
    factor: float = 1.0
    other: int = 0
    kernel: tuple[tuple[float, ...], ...] = ()

    @property
    def slot(self) -> tuple[str, int, str, int]:
        """What it changes: a later edit of the same takes its place."""
        other = self.other if self.kind in ("kernel", "swap") else 0
        return self.layer, self.channel, self.kind, other

    @property
    def text(self) -> str:
        """What it does, counted from 1: "mute map 5 of conv_1"."""
        layer = printable_name(self.layer)
        match self.kind:
            case "mute":
                return f"mute map {self.channel + 1} of {layer}"
            case "scale":
                return f"scale map {self.channel + 1} of {layer} by {self.factor:g}"
            case "kernel":
                where = f"map {self.channel + 1}, channel {self.other + 1} of {layer}"
                return f"change the kernel of {where}"
            case "swap":
                return f"swap maps {self.channel + 1} and {self.other + 1} of {layer}"


@dataclass(frozen=True)
class ModelUse:
    """A model as requests name it.

    Attributes
    ----------
    path : Path
        A run folder, a SavedModel folder or a model file.
    preparation : Preparation
        How a picture becomes its input.
    class_count : int
        How many classes it tells apart; 0 where it is no classifier.
    outputs : {"probabilities", "logits", "independent", "other"}
        What it returns.
    edits : tuple of Edit
        What is changed in it, in this order.
    """

    path: Path
    preparation: Preparation = DEFAULT_PREPARATION
    class_count: int = 0
    outputs: Outputs = "probabilities"
    edits: tuple[Edit, ...] = ()
