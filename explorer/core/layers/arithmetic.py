"""How one value of a layer comes about: every number of the computation."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]

MOST_PARTS = 512
"""Of a sum that are listed: those that contribute most; the others are one number."""

How = Literal["sum", "mean", "maximum", "minimum", "product", "copy", "none"]


def _no_reals() -> Reals:
    return np.zeros((0, 0, 0))


def _no_bools() -> npt.NDArray[np.bool_]:
    return np.zeros((0, 0), bool)


@dataclass(frozen=True)
class Step:
    """One step from a number to the next.

    Attributes
    ----------
    operation : {"add", "subtract", "multiply", "divide", "apply"}
        What is done with the number before: "apply" puts it into the function `name`.
    name : str
        Of the operand or of the function: "bias", "mean", "relu".
    operand : float
        0 for "apply".
    result : float
        What comes out.
    """

    operation: Literal["add", "subtract", "multiply", "divide", "apply"]
    name: str
    operand: float
    result: float


@dataclass(frozen=True)
class Continuation:
    """What a layer that takes a value alone makes of it, such as an activation after a convolution.

    Attributes
    ----------
    layer : str
        Its name.
    steps : tuple of Step
        From the result before to this one.
    result, framework : float
        As of `ValueArithmetic`.
    """

    layer: str
    steps: tuple[Step, ...]
    result: float
    framework: float


@dataclass(frozen=True, eq=False)
class ValueArithmetic:
    """How one value of a layer comes about, in float64 from what the layer was given.

    First the parts make one number, as `how` says: the channels under a kernel, the inputs of a
    unit, the values of a pooling window, the arrays that are added. The steps then lead from this
    number to the result.

    Attributes
    ----------
    how : {"sum", "mean", "maximum", "minimum", "product", "copy", "none"}
        How the parts make the first number; "none" where this is not shown, and `note` says why.
    names : tuple of str
        Of the parts: "channel 3", "input 17", counted from 1, or a layer.
    values : (parts, rows, columns) float64
        What goes in.
    weights : (parts, rows, columns) float64
        What each value is multiplied by; of shape (0, 0, 0) where values are not weighted.
    factors : (parts,) float64
        What each part's sum is multiplied by, as the pointwise half of a separable convolution
        does; of shape (0,) where sums are not weighted.
    inside : (rows, columns) bool
        Which values are the input's own; the others are padding. Empty: all of them.
    input_rows, input_columns : tuple of int
        Where in the input's maps the rows and columns of `values` lie; empty where it has no space.
    chosen : int
        Which of all values, counted in reading order, is the maximum or minimum.
    rest : float
        What all parts beside the listed ones contribute to a sum.
    rest_count : int
        How many those are.
    total : float
        What the parts make.
    steps : tuple of Step
    scores : (classes,) float64
        Of a softmax: the scores of all classes; empty otherwise.
    result : float
        What the steps lead to.
    framework : float
        What the framework that runs the model computed.
    note : str
        What a person should know about it, in one sentence; may be empty.
    continued : tuple of Continuation
        What the next layers make of a convolution's or dense layer's value, as long as each of them
        takes it alone: normalisation, then activation.
    """

    how: How = "none"
    names: tuple[str, ...] = ()
    values: Reals = field(default_factory=_no_reals)
    weights: Reals = field(default_factory=_no_reals)
    factors: Reals = field(default_factory=lambda: np.zeros(0))
    inside: npt.NDArray[np.bool_] = field(default_factory=_no_bools)
    input_rows: tuple[int, ...] = ()
    input_columns: tuple[int, ...] = ()
    chosen: int = -1
    rest: float = 0.0
    rest_count: int = 0
    total: float = 0.0
    steps: tuple[Step, ...] = ()
    scores: Reals = field(default_factory=lambda: np.zeros(0))
    result: float = 0.0
    framework: float = 0.0
    note: str = ""
    continued: tuple[Continuation, ...] = ()

    @property
    def products(self) -> Reals:
        """What each value contributes to its part's sum: (parts, rows, columns) float64."""
        return self.values * self.weights if self.weights.size else self.values

    @property
    def sums(self) -> Reals:
        """What each part contributes to the total of a sum: (parts,) float64."""
        sums: Reals = self.products.sum(axis=(1, 2))
        return sums * self.factors if self.factors.size else sums

    @property
    def difference(self) -> float:
        """The framework's value less the result: what rounding, mostly to float32, leaves."""
        return self.framework - self.result
