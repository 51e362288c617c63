"""Keras models: opened in safe mode, with their layers and feature maps."""

import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from explorer.core.models.layers import FeatureMaps, LayerInfo
from explorer.core.models.run_folder import Run
from explorer.errors import ModelError
from explorer.ml.models.adapter import Ability, ModelAdapter
from explorer.ml.models.golden import check_golden, compute_golden_outputs
from explorer.ml.models.keras_file import check_keras_file


def load_network(run: Run) -> keras.Model:
    """Load a run's Keras model in safe mode and check it against its card.

    Raises
    ------
    ModelError
        The file is damaged, holds code, or does not compute what the card says.
    """
    try:
        check_keras_file(run.keras_file)
        network = keras.saving.load_model(run.keras_file, compile=False, safe_mode=True)
    except Exception as error:  # a stranger's file: Keras raises many kinds
        is_known = isinstance(error, ModelError)
        reason = str(error) if is_known else _reason(error, run.keras_file)
        raise ModelError(f"“{run.name}/model.keras” was not opened: {reason}.") from error
    height, width = run.card.input_size
    try:
        outputs = compute_golden_outputs(network, run.card.input_size)
    except Exception as error:  # the same
        raise ModelError(
            f"“{run.name}/model.keras” was not opened: its input is not {width}×{height}, the size "
            "on its card."
        ) from error
    check_golden(run, "model.keras", outputs)
    return network


def _reason(error: Exception, file: Path) -> str:
    """Say why Keras did not load a file: its own texts are long, and wrong for damaged files."""
    text = str(error)
    if not file.is_file():
        return "the file no longer exists"
    if isinstance(error, (zipfile.BadZipFile, KeyError)) or not zipfile.is_zipfile(file):
        return "the file is damaged or truncated"
    if "arbitrary code" in text or "unsafe" in text:
        return "it contains code, which could do anything on this computer"
    # The innermost cause, of which there may be several, is the last one and the shortest.
    cause = text.rpartition("Exception encountered: ")[2].strip() or type(error).__name__
    return cause.splitlines()[0].partition(". ")[0].rstrip(".")


class KerasAdapter(ModelAdapter):
    """A run's Keras model, opened by `load_network`, with a sub-model for each layer looked at."""

    format = "Keras"
    file_name = "model.keras"
    abilities = frozenset({Ability.LAYERS})

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self._network = load_network(run)
        self._extractors: dict[str, keras.Model] = {}

    def predict(self, pixels: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Run the whole model on one picture."""
        return _to_numpy(self._network(pixels, training=False))

    def describe(self) -> tuple[LayerInfo, ...]:
        """Return the layers in order."""
        return tuple(_describe(layer) for layer in self._network.layers)

    def feature_maps(self, layer: str, pixels: npt.NDArray[np.float32]) -> FeatureMaps:
        """Return a layer's output for one picture."""
        try:
            found = self._network.get_layer(layer)
        except ValueError as error:
            names = ", ".join(known.name for known in self._network.layers)
            raise ModelError(
                f"“{self.run.name}” has no layer “{layer}”; it has {names}."
            ) from error
        if layer not in self._extractors:
            self._extractors[layer] = keras.Model(self._network.inputs[0], found.output)
        maps = _to_numpy(self._extractors[layer](pixels, training=False))[0]
        if maps.ndim not in (1, 3):
            raise ModelError(f"The output of layer “{layer}” has no feature maps.")
        return FeatureMaps(_describe(found), maps)


def _to_numpy(outputs: Any) -> npt.NDArray[np.float32]:
    return np.asarray(keras.ops.convert_to_numpy(outputs), np.float32)


def _describe(layer: Any) -> LayerInfo:
    shape = tuple(int(length) for length in layer.output.shape[1:])
    return LayerInfo(
        name=layer.name,
        kind=type(layer).__name__,
        output_shape=shape,
        parameters=int(layer.count_params()),
        detail=_detail(layer),
        kernel_size=tuple(layer.get_config().get("kernel_size", ())),
        is_softmax=_is_softmax(layer),
    )


def _is_softmax(layer: Any) -> bool:
    return layer.get_config().get("activation") == "softmax" or type(layer).__name__ == "Softmax"


def _detail(layer: Any) -> str:
    config = layer.get_config()
    parts = []
    if "filters" in config and "kernel_size" in config:
        height, width = config["kernel_size"]
        parts.append(f"{config['filters']} filters of {height}×{width}")
    if "units" in config:
        parts.append(f"{config['units']} units")
    if "pool_size" in config:
        height, width = config["pool_size"]
        parts.append(f"{height}×{width}")
    if "rate" in config:
        parts.append(f"{config['rate'] * 100:.0f} % dropout in training")
    if isinstance(config.get("activation"), str) and config["activation"] != "linear":
        parts.append(config["activation"])
    return ", ".join(parts)
