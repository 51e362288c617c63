"""The LiteRT models of run folders: light, quick to open, without layers to look at."""

import os
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from explorer.core.files.names import printable_name
from explorer.core.files.reading import read_whole
from explorer.core.models.card import golden_inputs
from explorer.core.models.run_folder import Run
from explorer.core.text.shorten import shorten
from explorer.errors import ModelError
from explorer.ml.architecture.litert.limits import MAX_LITERT_BYTES
from explorer.ml.models.adapter import Ability, Array, ModelAdapter
from explorer.ml.models.golden import check_golden
from explorer.ml.models.signature import (
    MAX_VALUES,
    reason_against_array,
    reason_against_inputs,
)

if TYPE_CHECKING:
    from explorer.ml.models.litert_features import Features

_MISSING = re.compile(r"custom op: (\w+)|\((Flex\w+)\)|builtin opcode '(\w+)'")

Model = Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]]
"""From (1, height, width, 3) float32, 0-255, to (1, classes) probabilities."""


class LiteRTModel:
    """A LiteRT file as the program runs it.

    Parameters
    ----------
    content : bytes
    features : Features, optional
        What it returns as well: `find_features` tells them.

    Raises
    ------
    ModelError
        It is damaged, or needs what LiteRT does not have; the text is the reason alone.
    """

    def __init__(self, content: bytes, features: "Features | None" = None) -> None:
        from ai_edge_litert.interpreter import Interpreter

        self._features = features
        try:
            if features is not None:
                from explorer.ml.models.litert_features import with_output

                content = with_output(content, features.tensor)
            self._interpreter = Interpreter(model_content=content)
            self._check_size(len(content))
            self._interpreter.allocate_tensors()
            self._given = self._interpreter.get_input_details()
            self._returned = self._interpreter.get_output_details()
            if features is not None:
                self._returned = self._returned[:-1]
            self._input, self._output = self._given[0]["index"], self._returned[0]["index"]
        except (ValueError, RuntimeError, IndexError) as error:
            raise ModelError(litert_reason(error)) from error

    def __call__(self, pixels: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Run the model on (1, height, width, 3) float32, 0-255."""
        self._interpreter.set_tensor(self._input, pixels)
        self._interpreter.invoke()
        outputs: npt.NDArray[np.float32] = self._interpreter.get_tensor(self._output)
        return outputs

    def with_features(self, pixels: npt.NDArray[np.float32]) -> tuple[Array, Array]:
        """Return the same and the features: (1, features) float32, empty where there are none."""
        outputs = self(pixels)
        if self._features is None:
            return outputs, np.zeros((1, 0), np.float32)
        stored = self._interpreter.get_tensor(self._features.tensor)
        return outputs, self._features.vectors(stored)

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
            raise ModelError(litert_reason(error)) from error

    def _check_size(self, file_bytes: int) -> None:
        """See that no array is larger than a picture's maps are, or than the weights of the file.

        LiteRT itself takes whatever memory the file asks for.
        """
        for array in self._interpreter.get_tensor_details():
            lengths = [int(length) for length in array["shape"]]
            if reason := reason_against_array(lengths, max(MAX_VALUES, file_bytes)):
                raise ModelError(reason)

    def _check_takes(self, input_size: tuple[int, int]) -> None:
        """See that it takes such pictures; LiteRT's own words speak of tensors and dimensions."""
        shapes = [tuple(map(int, each["shape"])) for each in self._given]
        kind = np.dtype(self._given[0]["dtype"])
        if -1 in self._given[0]["shape_signature"][1:]:
            # Given a size afterwards, LiteRT answers wrongly.
            reason = "the size of its input is free, which only Keras models may have"
        elif len(self._returned) != 1:
            reason = f"it has {len(self._returned)} outputs, not one"
        else:
            reason = reason_against_inputs(shapes, input_size)
        if not reason and kind != np.float32:
            reason = f"its input type is {kind}, not float32"
        if reason:
            raise ModelError(reason)


def litert_reason(error: Exception) -> str:
    """Say why LiteRT did not take a file: its own texts name lines of its source."""
    text = str(error).strip()
    if found := _MISSING.search(text):
        return f"it needs the operation “{next(filter(None, found.groups()))}”, which LiteRT lacks"
    if not text or "Flatbuffer" in text or isinstance(error, UnicodeError):
        return "the file is damaged"
    if ".cc" in text:  # a line of its source, and a condition
        return "its operations do not fit together, or LiteRT lacks one of their variants"
    return f"LiteRT cannot run it ({shorten(printable_name(text.splitlines()[0].rstrip('.')))})"


class LiteRTAdapter(ModelAdapter):
    """A run's LiteRT model: an interpreter for each thread, since one serves one at a time.

    Parameters
    ----------
    path : Path
        A run folder with a `model.tflite`.
    run : Run

    Raises
    ------
    ModelError
        The file is damaged or does not compute what the card says.
    """

    format = "LiteRT"

    def __init__(self, path: Path, run: Run | None) -> None:
        super().__init__(path, run)
        if run is None:
            raise self._refusal(Ability.LAYERS)
        file = run.litert_file
        self.threads = os.cpu_count() or 1
        self._of_thread = threading.local()
        try:
            self._content = read_whole(file, MAX_LITERT_BYTES, name=file.name, error=ModelError)
            self._features = _features_of(self._content)
            outputs = self._model.golden_outputs(run.card.input_size)
        except ModelError as error:
            name = f"{run.name}/{file.name}"
            raise ModelError.not_opened(name, error.reason or str(error)) from error
        check_golden(run, file.name, outputs)

    @property
    def _model(self) -> LiteRTModel:
        if not hasattr(self._of_thread, "model"):
            self._of_thread.model = LiteRTModel(self._content, self._features)
        model: LiteRTModel = self._of_thread.model
        return model

    def predict(self, inputs: Array) -> Array:
        """Run the model on this thread's interpreter, one picture at a time."""
        return np.concatenate([self._model(one[None]) for one in inputs])

    def predict_with_features(self, inputs: Array) -> tuple[Array, Array]:
        """Run the model, which returns both at once."""
        found = [self._model.with_features(one[None]) for one in inputs]
        outputs, features = zip(*found, strict=True)
        return np.concatenate(outputs), np.concatenate(features)


def _features_of(content: bytes) -> "Features | None":
    # Training without TensorFlow comes by here as well, and LiteRT need not be installed.
    from explorer.ml.architecture.litert.graph import LiteRTGraph
    from explorer.ml.models.litert_features import find_features

    try:
        return find_features(LiteRTGraph(content))
    except Exception:  # of many kinds: of what is damaged, LiteRT is about to say so
        return None
