"""The names of the steps, for the user."""

from explorer.core.convolution.geometry import Size
from explorer.core.filters.steps import Convolution, Operation, Pooling, Relu, Shuffle


def step_name(operation: Operation) -> str:
    """Return a step's name: “Convolution: Sobel x (Gx)”, “Max pooling 2×2”."""
    if isinstance(operation, Convolution):
        name = operation.filter.name
        # A pair of kernels has a name of its own.
        return f"Convolution: {name}" if len(operation.filter.kernels) == 1 else name
    if isinstance(operation, Pooling):
        kind = "Max" if operation.kind == "max" else "Average"
        name = f"{kind} pooling {_by(operation.size)}"
        return name if operation.stride == operation.size else f"{name} / {_by(operation.stride)}"
    if isinstance(operation, Relu):
        return "ReLU"
    return "Shuffle" if isinstance(operation, Shuffle) else "Fully connected"


def shape_text(shape: tuple[int, ...] | None) -> str:
    """Return the output shape of a step as text: “500×375×3”, width first; “4 scores”; or a dash.

    Parameters
    ----------
    shape : (height, width), (height, width, 3), (neurons,) or None
        Of the output; None where there is none.
    """
    if shape is None:
        return "–"
    if len(shape) == 1:
        return f"{shape[0]} scores"
    height, width, *planes = shape
    return "×".join(str(length) for length in (width, height, *planes))


def _by(size: Size) -> str:
    return f"{size[0]}×{size[1]}"
