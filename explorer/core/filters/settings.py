"""Everything a person sets on the Filter page, as one value."""

from dataclasses import dataclass, replace

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
    """The row of steps, what goes in, and which step is looked at.

    Attributes
    ----------
    steps : tuple of Step
        One to twelve; a fully connected one can only be the last.
    source : {"grey", "color", "red", "green", "blue"}
        What goes in: the luma, all three planes, or one of them.
    selected : int
        The step whose input and output are shown and which is edited.
    lesson : str
        The key of the lesson that is looked at; empty without one.
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
        """The chosen step."""
        return self.steps[self.selected]

    @property
    def convolution(self) -> Convolution | None:
        """The chosen step's operation if it is a convolution."""
        operation = self.step.operation
        return operation if isinstance(operation, Convolution) else None

    def with_step(self, step: Step) -> "FilterSettings":
        """Return these settings with another step in the place of the chosen one."""
        steps = list(self.steps)
        steps[self.selected] = step
        return replace(self, steps=tuple(steps))

    def with_filter_replaced(self, key: str, new: Filter) -> "FilterSettings":
        """Return these settings with another filter in the place of each of a key."""

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
    """Return the settings of one convolution; Gx where no filter is given."""
    convolution = Convolution(filter or find_preset("gx"), geometry or Geometry())
    return FilterSettings((Step(convolution, display=display),), source=source)
