"""LiteRT models: light, quick to open, without layers to look at."""

import os
import threading
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from explorer.core.files.reading import read_whole
from explorer.core.models.card import golden_inputs
from explorer.core.models.run_folder import Run
from explorer.errors import ModelError
from explorer.ml.models.adapter import ModelAdapter
from explorer.ml.models.golden import check_golden

MAX_LITERT_BYTES = 500_000_000

Model = Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]]
"""From (1, height, width, 3) float32, 0-255, to (1, classes) probabilities."""


class LiteRTModel:
    """A LiteRT file as the program runs it.

    Raises
    ------
    ModelError
        It is damaged, or needs what LiteRT does not have; the text is the reason alone.
    """

    def __init__(self, content: bytes) -> None:
        from ai_edge_litert.interpreter import Interpreter

        try:
            self._interpreter = Interpreter(model_content=content)
            self._interpreter.allocate_tensors()
            given = self._interpreter.get_input_details()[0]
            self._input = given["index"]
            self._input_shape = tuple(int(length) for length in given["shape"])
            self._input_type = np.dtype(given["dtype"])
            self._output = self._interpreter.get_output_details()[0]["index"]
        except (ValueError, RuntimeError, IndexError) as error:
            raise ModelError(_reason(error)) from error

    def __call__(self, pixels: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Run the model on (1, height, width, 3) float32, 0-255."""
        self._interpreter.set_tensor(self._input, pixels)
        self._interpreter.invoke()
        outputs: npt.NDArray[np.float32] = self._interpreter.get_tensor(self._output)
        return outputs

    def golden_outputs(self, input_size: tuple[int, int]) -> npt.NDArray[np.float32]:
        """Run the model on the golden inputs, (pictures, outputs) float32.

        Raises
        ------
        ModelError
            It takes no such pictures; the text is the reason alone.
        """
        self._check_takes(input_size)
        try:
            return np.concatenate([self(pixels[None]) for pixels in golden_inputs(input_size)])
        except (ValueError, RuntimeError) as error:
            raise ModelError(_reason(error)) from error

    def _check_takes(self, input_size: tuple[int, int]) -> None:
        """See that it takes such pictures; LiteRT's own words speak of tensors and dimensions."""
        shape = self._input_shape
        if len(shape) != 4 or shape[3] != 3:
            found = "×".join(map(str, shape)) or "single"
            raise ModelError(f"its input is {found}, not a colour picture")
        if shape[0] != 1:
            raise ModelError(f"its batch size is {shape[0]}, not 1")
        if shape[1:3] != input_size:
            sizes = [f"{width}×{height}" for height, width in (shape[1:3], input_size)]
            raise ModelError(f"its input is {sizes[0]}, but its card says {sizes[1]}")
        if self._input_type != np.float32:
            raise ModelError(f"its input type is {self._input_type}, not float32")


def _reason(error: Exception) -> str:
    return str(error).strip().rstrip(".") or "the file is damaged"


class LiteRTAdapter(ModelAdapter):
    """A run's LiteRT model: an interpreter for each thread, since one serves one at a time.

    Parameters
    ----------
    run : Run
        With a `model.tflite`.

    Raises
    ------
    ModelError
        The file is damaged or does not compute what the card says.
    """

    format = "LiteRT"
    file_name = "model.tflite"

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.threads = os.cpu_count() or 1
        self._of_thread = threading.local()
        try:
            self._content = read_whole(
                run.litert_file, MAX_LITERT_BYTES, name=self.file_name, error=ModelError
            )
            outputs = self._model.golden_outputs(run.card.input_size)
        except ModelError as error:
            reason = error.reason or _reason(error)
            raise ModelError(f"“{run.name}/{self.file_name}” was not opened: {reason}.") from error
        check_golden(run, self.file_name, outputs)

    @property
    def _model(self) -> LiteRTModel:
        if not hasattr(self._of_thread, "model"):
            self._of_thread.model = LiteRTModel(self._content)
        model: LiteRTModel = self._of_thread.model
        return model

    def predict(self, pixels: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Run the model on one picture, on this thread's interpreter."""
        return self._model(pixels)
