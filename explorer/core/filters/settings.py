"""All settings of the Filter page, as one value."""

from dataclasses import dataclass, replace
from typing import Any

from explorer.core.convolution.geometry import Geometry
from explorer.core.filters.display import Display
from explorer.core.filters.steps import Convolution, Dense, Step
from explorer.core.images.planes import Source
from explorer.core.kernels.kernel import Filter
from explorer.core.kernels.presets import find_preset
from explorer.errors import KernelError

MAX_STEPS = 12


@dataclass(frozen=True)
class FilterSettings:
    """The steps, their source, and which step is selected.

    Attributes
    ----------
    steps : tuple of Step
        1 to 12; a fully connected step can only be the last.
    source : {"grey", "color", "red", "green", "blue"}
        The input of the first step: the luma, all three channels, or one of them.
    selected : int
        The index of the step whose input and output are shown and that is edited.
    lesson : str
        The key of the open lesson; empty without one.
    """

    steps: tuple[Step, ...]
    source: Source = "grey"
    selected: int = 0
    lesson: str = ""

    def __post_init__(self) -> None:
        if not 1 <= len(self.steps) <= MAX_STEPS:
            raise KernelError(f"There must be 1 to {MAX_STEPS} steps.")
        if any(isinstance(step.operation, Dense) for step in self.steps[:-1]):
            raise KernelError("No step can follow the fully connected one.")
        if not 0 <= self.selected < len(self.steps):
            raise KernelError(f"There is no step {self.selected + 1}.")

    @property
    def step(self) -> Step:
        """The selected step."""
        return self.steps[self.selected]

    @property
    def convolution(self) -> Convolution | None:
        """The operation of the selected step if it is a convolution."""
        operation = self.step.operation
        return operation if isinstance(operation, Convolution) else None

    def with_step(self, **values: Any) -> "FilterSettings":
        """Return these settings with other values of the chosen step."""
        steps = list(self.steps)
        steps[self.selected] = replace(self.step, **values)
        return replace(self, steps=tuple(steps))

    def with_filter(self, filter: Filter, **values: Any) -> "FilterSettings":
        """Return these settings with another filter in the chosen convolution."""
        assert self.convolution is not None
        return self.with_step(operation=replace(self.convolution, filter=filter), **values)

    def with_filter_replaced(self, key: str, new: Filter) -> "FilterSettings":
        """Return these settings with each filter of that key replaced."""

        def replaced(step: Step) -> Step:
            operation = step.operation
            if isinstance(operation, Convolution) and operation.filter.key == key != "":
                return replace(step, operation=replace(operation, filter=new))
            return step

        return replace(self, steps=tuple(map(replaced, self.steps)))


def single_filter(
    filter: Filter | None = None,
    geometry: Geometry | None = None,
    *,
    source: Source = "grey",
    display: Display | None = None,
) -> FilterSettings:
    """Return the settings of a single convolution, with Sobel x by default."""
    convolution = Convolution(filter or find_preset("gx"), geometry or Geometry())
    return FilterSettings((Step(convolution, display=display),), source=source)
