"""Convert a Keras network to LiteRT in each of the formats that export chooses from."""

from typing import Any

import keras
import tensorflow as tf

FORMATS = ("float32", "float16")


def write_for_conversion(network: keras.Model, input_size: tuple[int, int], folder: str) -> None:
    """Write a network, on the TensorFlow backend, as `convert` takes it.

    Parameters
    ----------
    input_size : (int, int)
        Height and width of its pictures, in pixels.
    """
    archive = keras.export.ExportArchive()
    archive.track(network)
    archive.add_endpoint(
        "serve",
        lambda pixels: network(pixels, training=False),
        # One picture at a time, as the program classifies.
        input_signature=[tf.TensorSpec((1, *input_size, 3), tf.float32)],
    )
    archive.write_out(folder, verbose=False)


def convert(folder: str, name: str) -> bytes:
    """Return the content of a LiteRT file.

    "float32" is the network as it is, "float16" stores its weights in half precision and computes
    in float32. Integers are not among the formats: a photo has one probability, and 8 bits move
    those of the bundled models by 4.6 to 35.8 points.
    """
    converter = tf.lite.TFLiteConverter.from_saved_model(folder)
    if name == "float16":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.target_spec.supported_types = [tf.float16]
    content: Any = converter.convert()
    return bytes(content)
