"""The steps that can be added to the row; `AddStepButton`'s menu, and Ctrl+K, show these."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from explorer.core.filters.steps import Convolution, Dense, Operation, Pooling, Relu, Shuffle
from explorer.core.kernels.presets import find_preset
from explorer.core.text.glossary import define
from explorer.views.common.command import Command

if TYPE_CHECKING:
    from explorer.views.filter.steps.add_button import AddStepButton


def list_steps() -> Iterable[Command["AddStepButton"]]:
    """Return a command for each kind of step."""
    yield _add("&Convolution", Convolution(find_preset("gx")), define("convolution"))
    yield _add(
        "&Gradient magnitude of two kernels",
        Convolution(find_preset("gradient")),
        define("gradient magnitude"),
    )
    yield _add("&ReLU", Relu(), define("ReLU"))
    yield _add("&Max pooling", Pooling("max"), define("max pooling"))
    yield _add("&Average pooling", Pooling("average"), define("average pooling"))
    yield _add("&Shuffle the pixels", Shuffle(), "Moves every pixel to a random position.")
    yield _add("&Fully connected, softmax", Dense(), define("fully connected"))


def _add(text: str, operation: Operation, explanation: str) -> Command["AddStepButton"]:
    return Command(
        f"add_{text}",
        text,
        lambda button: button.step_added.emit(operation),
        place="Add step",
        keywords="layer dense" if isinstance(operation, Dense) else "layer",
        tip=explanation,
        is_enabled=lambda button: button.can_add(operation),
    )
