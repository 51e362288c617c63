"""Models whose scores and gradients a test can write down, as adapters without a framework."""

from pathlib import Path

import numpy as np

from explorer.core.layers.architecture import Architecture, TensorSpec
from explorer.core.layers.layers import LayerInfo
from explorer.ml.models.adapter import Ability, ModelAdapter

ALL = frozenset({Ability.LAYERS, Ability.GRADIENTS})


class PooledModel(ModelAdapter):
    """Maps = relu(pixels · mix), averaged, then one dense layer: score = mean · head + bias."""

    format = "plain"
    abilities = ALL

    def __init__(self, mix, head, bias=0.0) -> None:
        super().__init__(Path("plain.model"), None)
        self.mix, self.head, self.bias = np.array(mix), np.array(head), np.array(bias)

    @classmethod
    def can_open(cls, path):
        return False

    def maps(self, inputs):
        return np.maximum(inputs.astype(np.float64) @ self.mix, 0)

    def scores(self, inputs):
        return (self.maps(inputs).mean(axis=(1, 2)) @ self.head + self.bias).astype(np.float32)

    def predict(self, inputs):
        scores = self.scores(inputs).astype(np.float64)
        if scores.shape[1] == 1:
            return (1 / (1 + np.exp(-scores))).astype(np.float32)
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        return (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)

    def describe(self, input_size):
        filters, units = self.head.shape
        layers = (
            LayerInfo("inputs", "InputLayer", (*input_size, 3), 0),
            LayerInfo("body/maps", "ReLU", (*input_size, filters), 0, sources=("inputs",)),
            LayerInfo("mean", "GlobalAveragePooling2D", (filters,), 0, sources=("body/maps",)),
            LayerInfo("scores", "Dense", (units,), 0, sources=("mean",)),
        )
        return Architecture(
            "plain", (TensorSpec("x", (None, None, 3)),), (), layers, input_size=input_size
        )

    def layer_gradients(self, layer, inputs, output):
        assert layer == "body/maps"
        maps = self.maps(inputs)
        area = maps.shape[1] * maps.shape[2]
        gradients = np.broadcast_to(self.head[:, output] / area, maps.shape)
        return maps.astype(np.float32), gradients.astype(np.float32)

    def input_gradients(self, inputs, output):
        area = inputs.shape[1] * inputs.shape[2]
        active = (inputs.astype(np.float64) @ self.mix > 0) * self.head[:, output] / area
        return (active @ self.mix.T).astype(np.float32)


class PixelModel(PooledModel):
    """Answers to one region alone, without gradients: the score of class 1 is its mean, 0 to 1."""

    abilities = frozenset()

    def __init__(self, rows: slice, columns: slice) -> None:
        super().__init__(np.eye(3), np.ones((3, 1)))
        self.rows, self.columns = rows, columns

    def predict(self, inputs):
        mean = inputs[:, self.rows, self.columns].mean(axis=(1, 2, 3)) / 255
        return np.clip(mean, 0.02, 0.98).astype(np.float32)[:, None]
