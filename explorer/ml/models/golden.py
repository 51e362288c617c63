"""Golden outputs: what each model file of a run must answer, checked whenever one is opened."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from explorer.core.models.card import GoldenOutput, golden_inputs
from explorer.core.models.run_folder import Run
from explorer.errors import ModelError
from explorer.ml.models.signature import reason_against_outputs, to_probabilities

if TYPE_CHECKING:
    import keras

# Float32 in another order of summation: TensorFlow, JAX and LiteRT, processors and graphics cards
# differ by some 1e-6 in a probability.
FLOAT32_TOLERANCE = 1e-4
KERAS_TOLERANCE = FLOAT32_TOLERANCE
TOLERANCES = {
    "float32": FLOAT32_TOLERANCE,
    # Half precision has steps of 2^-10. Processors without it compute in float32 with such
    # weights, those that have it may round in between as well.
    "float16": 1e-3,
}


def make_golden(outputs: npt.NDArray[np.floating[Any]], tolerance: float) -> GoldenOutput:
    """Keep a model file's answers to the golden inputs for its card.

    Parameters
    ----------
    outputs : (pictures, classes) float
    tolerance : float
        By how much a probability may differ where the file is opened.
    """
    return GoldenOutput(tuple(tuple(float(p) for p in row) for row in outputs), tolerance)


def compute_golden_outputs(
    network: "keras.Model", input_size: tuple[int, int]
) -> npt.NDArray[np.float32]:
    """Run a Keras network on the golden inputs, in full float32 also where the device can do less.

    Parameters
    ----------
    network : keras.Model
    input_size : (int, int)
        Height and width, in pixels.

    Returns
    -------
    (pictures, outputs) float32
    """
    import keras

    # One at a time: a network may take no more, and several take as many times the memory.
    pictures = golden_inputs(input_size)[:, None]
    with full_precision():
        outputs = [keras.tree.flatten(network(picture, training=False)) for picture in pictures]
    return np.concatenate([keras.ops.convert_to_numpy(one) for (one,) in outputs], dtype=np.float32)


@contextmanager
def full_precision() -> Iterator[None]:
    """Keep graphics cards from rounding the factors of products to 10 bits (TensorFloat-32)."""
    import keras

    if keras.backend.backend() == "tensorflow":
        from tensorflow.config import experimental

        before = experimental.tensor_float_32_execution_enabled()
        experimental.enable_tensor_float_32_execution(False)
        try:
            yield
        finally:
            experimental.enable_tensor_float_32_execution(before)
    elif keras.backend.backend() == "jax":
        import jax

        with jax.default_matmul_precision("float32"):
            yield
    else:
        yield


def check_golden(run: Run, file: str, outputs: npt.NDArray[np.floating[Any]]) -> None:
    """Compare what a model file answered to the golden inputs with the card.

    Parameters
    ----------
    file : str
        Which of the run's model files.
    outputs : (pictures, outputs) float

    Raises
    ------
    ModelError
        The file has not one output for each class, or does not compute what it computed when the
        run was made.
    """
    classes = len(run.card.classes)
    outputs = to_probabilities(outputs, "probabilities", classes)
    if outputs.ndim != 2 or outputs.shape[1] != classes:
        shape = "×".join(str(length) for length in outputs.shape[1:])
        values = "1 value" if shape in ("", "1") else f"{shape} values"
        raise ModelError(
            f"“{run.name}/{file}” was not opened: it returns {values} for a picture, but its "
            f"card lists {classes} {'class' if classes == 1 else 'classes'}."
        )
    reason = reason_against_outputs(outputs)
    if reason:
        raise ModelError(f"“{run.name}/{file}” fails its self-check: {reason}.")
    # A file that the card does not know answers like the model it should have been made from.
    golden = run.card.golden.get(file) or run.card.golden.get("model.keras")
    if golden is None:
        return
    difference = golden_difference(golden, outputs)
    if not difference <= golden.tolerance:  # put this way round, a NaN is refused as well
        raise ModelError(
            f"“{run.name}/{file}” fails its self-check: its outputs differ by "
            f"{difference:.2g}, more than {golden.tolerance:.2g}."
        )


def golden_difference(golden: GoldenOutput, outputs: npt.NDArray[np.floating[Any]]) -> float:
    """Return the greatest difference of a probability; infinite where the shapes differ."""
    lengths = {len(row) for row in golden.outputs}
    if len(lengths) != 1:
        return float("inf")
    expected = to_probabilities(np.asarray(golden.outputs), "probabilities", outputs.shape[1])
    if expected.shape != outputs.shape:
        return float("inf")
    return float(np.max(np.abs(expected - outputs), initial=0.0))
