"""The LiteRT models of run folders: light, quick to open, without layers to look at."""

import os
import re
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from explorer.core.embedding.novelty import Layer
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
    more : sequence of Features
        What it returns as well: `find_features` tells them.

    Raises
    ------
    ModelError
        It is damaged, or needs what LiteRT does not have; the text is the reason alone.
    """

    def __init__(self, content: bytes, more: "Sequence[Features]" = ()) -> None:
        from ai_edge_litert.interpreter import Interpreter

        self._more = more
        try:
            if more:
                from explorer.ml.models.litert_features import with_outputs

                content = with_outputs(content, [one.tensor for one in more])
            self._interpreter = Interpreter(model_content=content)
            self._check_size(len(content))
            self._interpreter.allocate_tensors()
            self._given = self._interpreter.get_input_details()
            returned = self._interpreter.get_output_details()
            self._returned = returned[: len(returned) - len(more)]
            self._input, self._output = self._given[0]["index"], self._returned[0]["index"]
        except (ValueError, RuntimeError, IndexError) as error:
            raise ModelError(litert_reason(error)) from error

    def __call__(self, pixels: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Run the model on (1, height, width, 3) float32, 0-255."""
        self._interpreter.set_tensor(self._input, pixels)
        self._interpreter.invoke()
        outputs: npt.NDArray[np.float32] = self._interpreter.get_tensor(self._output)
        return outputs

    def with_more(self, pixels: npt.NDArray[np.float32]) -> tuple[Array, ...]:
        """Return the same, and each of the further features: (1, features) float32."""
        outputs = self(pixels)
        more = (one.vectors(self._interpreter.get_tensor(one.tensor)) for one in self._more)
        return outputs, *more

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
            self._more = _find_more(self._content, self.novelty_layer)
            outputs = self._model.golden_outputs(run.card.input_size)
        except ModelError as error:
            name = f"{run.name}/{file.name}"
            raise ModelError.not_opened(name, error.reason or str(error)) from error
        check_golden(run, file.name, outputs)

    @property
    def _model(self) -> LiteRTModel:
        if not hasattr(self._of_thread, "model"):
            self._of_thread.model = LiteRTModel(self._content, self._more)
        model: LiteRTModel = self._of_thread.model
        return model

    def predict(self, inputs: Array) -> Array:
        """Run the model on this thread's interpreter, one picture at a time."""
        return np.concatenate([self._model(one[None]) for one in inputs])

    def predict_with_features(self, inputs: Array) -> tuple[Array, Array]:
        """Run the model, which returns both at once."""
        outputs, features, _ = self.predict_with_vectors(inputs)
        return outputs, features

    def predict_with_vectors(self, inputs: Array) -> tuple[Array, Array, Array]:
        """Run the model, which returns all of them at once."""
        found = [self._model.with_more(one[None]) for one in inputs]
        outputs, *more = (np.concatenate(each) for each in zip(*found, strict=True))
        none = np.zeros((len(inputs), 0), np.float32)
        features = more[0] if more else none
        if self.novelty_layer == "dense":
            return outputs, features, features
        return outputs, features, more[1] if len(more) > 1 else none


def _find_more(content: bytes, layer: Layer) -> "tuple[Features, ...]":
    """Return the features, and after them what novelty is measured in, where that is another."""
    # Training without TensorFlow comes by here as well, and LiteRT need not be installed.
    from explorer.ml.architecture.litert.graph import LiteRTGraph
    from explorer.ml.models.litert_features import find_features

    try:
        graph = LiteRTGraph(content)
        kinds = ("", "CONV_2D") if layer == "convolution" else ("",)
        found = [find_features(graph, kind) for kind in kinds]
    except Exception:  # of many kinds: of what is damaged, LiteRT is about to say so
        return ()
    return () if None in found else tuple(one for one in found if one is not None)
