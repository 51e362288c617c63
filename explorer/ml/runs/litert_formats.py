"""Convert a Keras network to LiteRT in each of the formats that export chooses from."""

import tempfile
from types import TracebackType
from typing import Any, Self

import keras

FORMATS = ("float32", "float16")


class LiteRTConverter:
    """Converts one network; a context manager, which keeps a copy for TensorFlow on the disk.

    "float32" is the network as it is, "float16" stores its weights in half precision and computes
    in float32. Integers are not among the formats: a photo has one probability, and 8 bits move
    those of the bundled models by 4.6 to 35.8 points.

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

    def convert(self, name: str) -> bytes:
        """Return the content of a LiteRT file.

        Parameters
        ----------
        name : {"float32", "float16"}
        """
        import tensorflow as tf

        converter = tf.lite.TFLiteConverter.from_saved_model(self._folder.name)
        if name == "float16":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter.target_spec.supported_types = [tf.float16]
        content: Any = converter.convert()
        return bytes(content)
