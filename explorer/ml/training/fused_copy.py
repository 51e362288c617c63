"""The network as it is trained: the same weights, in layers that train faster and are not saved."""

from typing import Any, Literal

import keras
from keras import layers


def copy_for_training(
    network: keras.Model,
    *,
    precision: Literal["float32", "bfloat16"] = "float32",
    takes_any_size: bool = False,
) -> keras.Model:
    """Return a copy of a network that computes the same and has its weights in the same order.

    Parameters
    ----------
    precision : {"float32", "bfloat16"}
        In what layers compute; weights, batch statistics and the last layer are float32 in any
        case.
    takes_any_size : bool
        Whether the copy takes pictures of any size, not those of the network's own alone.
    """
    last = network.layers[-1]

    def copy_layer(layer: keras.Layer) -> keras.Layer:
        config = layer.get_config()
        if precision == "bfloat16" and layer is not last:
            config["dtype"] = "mixed_bfloat16"
        kind = type(layer)
        if kind is layers.BatchNormalization and keras.backend.backend() == "tensorflow":
            kind = FusedBatchNormalization
        return kind.from_config(config)

    pictures = keras.Input((None, None, 3), name="picture") if takes_any_size else None
    copied = keras.models.clone_model(network, input_tensors=pictures, clone_function=copy_layer)
    copied.set_weights(network.get_weights())
    for layer in copied.layers:
        if isinstance(layer, layers.Normalization):
            layer.finalize_state()  # it computes with a copy of its weights
    return copied


class FusedBatchNormalization(layers.BatchNormalization):  # type: ignore[misc]
    """Keras's batch normalisation of feature maps in one operation of TensorFlow's.

    Keras 3 makes a dozen of it, each of which reads and writes all maps; on a processor they take
    longer than the convolutions between them. The running variance is that of a sample, n / (n - 1)
    times Keras's, which for n values (a batch of maps) is the same within a thousandth.
    """

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Normalise (n, height, width, channels) maps of float32 or bfloat16."""
        import tensorflow as tf

        learns = bool(training and self.trainable)
        maps = tf.convert_to_tensor(inputs)
        ones, zeros = (f((maps.shape[-1],), "float32") for f in (tf.ones, tf.zeros))
        outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=maps,
            scale=tf.convert_to_tensor(self.gamma) if self.scale else ones,
            offset=tf.convert_to_tensor(self.beta) if self.center else zeros,
            mean=zeros[:0] if learns else tf.convert_to_tensor(self.moving_mean),
            variance=zeros[:0] if learns else tf.convert_to_tensor(self.moving_variance),
            epsilon=self.epsilon,
            is_training=learns,
        )
        if learns:
            fresh = 1.0 - self.momentum
            self.moving_mean.assign(self.moving_mean * self.momentum + mean * fresh)
            self.moving_variance.assign(self.moving_variance * self.momentum + variance * fresh)
        return outputs
