"""Convert a Keras network to LiteRT in each of the formats that export chooses from."""

import tempfile
import warnings
from types import TracebackType
from typing import Any, Self

import keras
import numpy as np
import numpy.typing as npt

FORMATS = ("float32", "float16", "int8")

_CALIBRATION_PICTURES = 200


class LiteRTConverter:
    """Converts one network; a context manager, which keeps a copy for TensorFlow on the disk.

    "float32" is the network as it is, "float16" stores its weights in half precision, "int8" also
    computes in integers: one scale for each channel of the weights, ranges of the activations
    measured on pictures; its input and output stay float32, and so does softmax, which in integers
    knows no probability between 99.6 and 100 %. LiteRT's dynamic-range format is not among them:
    what it computes depends on the machine. In LiteRT 2.3 XNNPACK's kernels and the others differ
    by up to 0.999 in a probability; with full integers they agree within rounding.

    Parameters
    ----------
    network : keras.Model
        On the TensorFlow backend.
    input_size : (int, int)
        Height and width of its pictures, in pixels.
    """

    def __init__(self, network: keras.Model, input_size: tuple[int, int]) -> None:
        import tensorflow as tf

        self._folder = tempfile.TemporaryDirectory(prefix="convnet-explorer-")
        archive = keras.export.ExportArchive()
        archive.track(network)
        archive.add_endpoint(
            "serve",
            lambda pixels: network(pixels, training=False),
            # One picture at a time, as the program classifies.
            input_signature=[tf.TensorSpec((1, *input_size, 3), tf.float32)],
        )
        archive.write_out(self._folder.name, verbose=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._folder.cleanup()

    def convert(self, name: str, pictures: npt.NDArray[np.uint8] | None = None) -> bytes:
        """Return the content of a LiteRT file.

        Parameters
        ----------
        name : {"float32", "float16", "int8"}
        pictures : (n, height, width, 3) uint8
            What "int8" measures its ranges on, a few hundred of them; the others need none.
        """
        import tensorflow as tf

        converter = tf.lite.TFLiteConverter.from_saved_model(self._folder.name)
        if name != "float32":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if name == "float16":
            converter.target_spec.supported_types = [tf.float16]
        if name == "int8":
            assert pictures is not None
            chosen = np.linspace(0, len(pictures) - 1, _CALIBRATION_PICTURES).round()
            numbers = np.unique(chosen.astype(int))
            converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
            converter.representative_dataset = lambda: (
                [pictures[number][None].astype(np.float32)] for number in numbers
            )
            return _convert_in_part(converter)
        content: Any = converter.convert()
        return bytes(content)


def _convert_in_part(converter: Any) -> bytes:
    """Convert to integers all but what is better off in float32.

    The class that does so is called a debugger: it is TensorFlow's way to leave operations out
    (https://www.tensorflow.org/lite/performance/quantization_debugger, "selective quantization").
    """
    import tensorflow as tf

    options = tf.lite.experimental.QuantizationDebugOptions(denylisted_ops=["SOFTMAX"])
    with warnings.catch_warnings():
        # It also makes an interpreter, unused here, of the kind that TensorFlow is to give up.
        warnings.simplefilter("ignore", UserWarning)
        debugger = tf.lite.experimental.QuantizationDebugger(
            converter=converter,
            debug_dataset=converter.representative_dataset,
            debug_options=options,
        )
    return bytes(debugger.get_nondebug_quantized_model())
