"""What the first operations of a graph do to the range of values."""

import numpy as np
import pytest

from explorer import paths
from explorer.ml.architecture.read import read_architecture
from explorer.ml.architecture.rescaling import Step, rescaling_inside

MEANS, DEVIATIONS = np.array([[[0.485, 0.456, 0.406]]]), np.array([[[0.229, 0.224, 0.225]]])


@pytest.mark.parametrize(
    ("operations", "said"),
    [
        ([("MUL", 1 / 127.5), ("ADD", -1)], ("Rescaling to −1–1", False)),
        ([("Div", 127.5), ("Sub", 1)], ("Rescaling to −1–1", False)),
        ([("QUANTIZE", None), ("MUL", 1 / 255), ("CONV_2D", None)], ("Rescaling to 0–1", False)),
        ([("Mul", 2), ("Sub", 1)], ("Rescaling to −1–1", True)),
        ([("Sub", MEANS), ("Div", DEVIATIONS)], ("Rescaling of each channel", True)),
        (
            [("Mul", 1 / 255), ("Sub", MEANS), ("Div", DEVIATIONS)],
            ("Rescaling of each channel", False),
        ),
        ([("CONV_2D", None), ("MUL", 1 / 255)], ("", False)),
        ([("Add", np.ones((32, 32, 3)))], ("", False)),
    ],
)
@pytest.mark.parametrize("is_constant_first", [False, True])
def test_the_range_that_the_first_operations_make(operations, said, is_constant_first) -> None:
    steps = []
    for at, (kind, value) in enumerate(operations):
        inputs = (at, f"constant {at}")
        if is_constant_first and kind.lower() in ("mul", "add"):
            inputs = inputs[::-1]
        if value is None:
            inputs = inputs[:1]
        found = None if value is None else np.asarray(value, np.float32)
        steps.append(Step(kind, inputs, at + 1, lambda name, found=found: found))
    assert rescaling_inside(steps, 0) == said


def test_what_divides_a_number_by_the_picture_is_no_rescaling() -> None:
    steps = [Step("Div", ("one", 0), 1, lambda name: np.ones(1))]
    assert rescaling_inside(steps, 0) == ("", False)


def test_a_litert_file_tells_it() -> None:
    read = read_architecture(paths.bundled_models() / "article-cnn" / "model.tflite", (224, 224))
    assert (read.scaling_inside, read.takes_unit) == ("Rescaling to −1–1", False)
