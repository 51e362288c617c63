"""Keras models: opened in safe mode, with their layers and feature maps."""

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from explorer.core.files.names import printable_name
from explorer.core.models.architecture import Architecture, TensorSpec
from explorer.core.models.layers import FeatureMaps, LayerInfo
from explorer.core.models.run_folder import KERAS_FILE, Run
from explorer.core.text.shorten import shorten
from explorer.errors import ModelError
from explorer.ml.models.adapter import Ability, Array, ModelAdapter
from explorer.ml.models.golden import check_golden, compute_golden_outputs
from explorer.ml.models.keras_file import check_keras_file
from explorer.ml.models.signature import reason_against_inputs
from explorer.ml.networks.layer_calls import (
    LayerCall,
    Shape,
    named_layers,
    output_of,
    recorded_calls,
)


def load_network(run: Run) -> keras.Model:
    """Load a run's Keras model in safe mode and check it against its card.

    Raises
    ------
    ModelError
        The file is damaged, holds code, or does not compute what the card says.
    """
    return _load_and_run(run)[0]


def _load_and_run(run: Run) -> tuple[keras.Model, list[LayerCall]]:
    """Load a run's model as `load_network`; return also what its layers did in the self-check."""
    try:
        check_keras_file(run.keras_file)
        network = keras.saving.load_model(run.keras_file, compile=False, safe_mode=True)
    except Exception as error:  # a stranger's file: Keras raises many kinds
        is_known = isinstance(error, ModelError)
        reason = str(error) if is_known else _reason(error, run.keras_file)
        raise _not_opened(run, reason) from error
    reason = _reason_against(network, run.card.input_size)
    if reason:
        raise _not_opened(run, reason)
    try:
        with recorded_calls(network) as calls:
            outputs = compute_golden_outputs(network, run.card.input_size)
    except Exception as error:  # the same
        height, width = run.card.input_size  # TensorFlow's own words are long
        reason = f"it cannot be run on a picture of {width}×{height} ({type(error).__name__})"
        raise _not_opened(run, reason) from error
    check_golden(run, "model.keras", outputs)
    return network, calls


def _not_opened(run: Run, reason: str) -> ModelError:
    return ModelError(f"“{run.name}/model.keras” was not opened: {reason}.")


def _reason_against(network: Any, input_size: tuple[int, int]) -> str:
    """Say why what was loaded cannot classify pictures; empty where it may be able to."""
    if not isinstance(network, keras.Model):
        return f"it is a single layer, {type(network).__name__}, not a model"
    if not network.built:
        return "it has no weights: it was saved before it had seen any input"
    reason = reason_against_inputs([given.shape for given in network.inputs], input_size)
    if reason:
        return reason
    if len(network.outputs) != 1:
        return f"it has {len(network.outputs)} outputs, not one"
    for name, layer in named_layers(network).items():
        # Of what follows such a layer, nothing tells which axis counts the maps.
        if layer.get_config().get("data_format") == "channels_first":
            return f"its layer “{name}” takes the channels first; they must come last"
    return ""


def _reason(error: Exception, file: Path) -> str:
    """Say why Keras did not load a file: its own texts are long, and wrong for damaged files."""
    text = str(error)
    if not file.is_file():
        return "the file no longer exists"
    if isinstance(error, (zipfile.BadZipFile, KeyError)) or not zipfile.is_zipfile(file):
        return "the file is damaged or truncated"
    if isinstance(error, MemoryError) or "OOM when allocating" in text:
        return "it needs more memory than a model may have"
    if "arbitrary code" in text or "unsafe" in text:
        return "it contains code, which could do anything on this computer"
    # The innermost cause, of which there may be several, is the last one and the shortest.
    cause = text.rpartition("Exception encountered: ")[2].strip() or type(error).__name__
    first = cause.splitlines()[0].partition(". ")[0].rstrip(".")
    return f"Keras cannot load it ({shorten(printable_name(first))})"


class KerasAdapter(ModelAdapter):
    """A run's Keras model, opened by `load_network`."""

    format = "Keras"
    abilities = frozenset({Ability.LAYERS})

    @classmethod
    def can_open(cls, path: Path) -> bool:
        """Return whether a run folder has a Keras file."""
        return (path / KERAS_FILE).is_file()

    def __init__(self, path: Path, run: Run | None) -> None:
        super().__init__(path, run)
        if run is None:
            raise self._refusal(Ability.LAYERS)
        self._network, calls = _load_and_run(run)
        self._layers = named_layers(self._network)
        # Of a shared layer, its first use.
        outputs = {call.layer: call.outputs for call in reversed(calls)}
        picture = ((1, *run.card.input_size, 3),)
        self._infos = {
            name: _describe(name, layer, picture if _is_input(layer) else outputs.get(layer, ()))
            for name, layer in self._layers.items()
        }

    def predict(self, inputs: Array) -> Array:
        """Run the whole model."""
        return _to_numpy(self._network(inputs, training=False))

    def describe(self, input_size: tuple[int, int]) -> Architecture:
        """Return the layers in order, in place of a nested model its own."""
        given, returned = (
            tuple(TensorSpec(one.name, tuple(one.shape[1:])) for one in each)
            for each in (self._network.inputs, self._network.outputs)
        )
        layers = tuple(self._infos.values())
        return Architecture(self.format, given, returned, layers, input_size=input_size)

    def feature_maps(self, layer: str, inputs: Array) -> FeatureMaps:
        """Return a layer's output for one picture."""
        if layer not in self._layers:
            names = ", ".join(self._layers)
            raise ModelError(f"“{self.name}” has no layer “{layer}”; it has {names}.")
        info, found = self._infos[layer], self._layers[layer]
        if not info.has_maps:
            raise ModelError(info.why_no_maps)
        output = inputs if _is_input(found) else output_of(self._network, found, inputs)
        return FeatureMaps(info, _to_numpy(output)[0])


def _is_input(layer: Any) -> bool:
    return isinstance(layer, keras.layers.InputLayer)


def _to_numpy(outputs: Any) -> Array:
    """Return the one array of what a network or a layer returns, in a list, a dict or alone."""
    (output,) = keras.tree.flatten(outputs)
    return np.asarray(keras.ops.convert_to_numpy(output), np.float32)


def _describe(name: str, layer: Any, outputs: Sequence[Shape]) -> LayerInfo:
    """Describe a layer by its settings and by what it returned, shapes with the batch."""
    is_single = len(outputs) == 1
    return LayerInfo(
        name=name,
        kind=type(layer).__name__,
        output_shape=outputs[0][1:] if is_single else (),
        parameters=int(layer.count_params()),
        detail=_detail(layer) if is_single else f"{len(outputs)} arrays",
        kernel_size=tuple(layer.get_config().get("kernel_size", ())),
        is_softmax=_is_softmax(layer),
    )


def _is_softmax(layer: Any) -> bool:
    return layer.get_config().get("activation") == "softmax" or type(layer).__name__ == "Softmax"


def _detail(layer: Any) -> str:
    config = layer.get_config()
    parts = []
    if "filters" in config and "kernel_size" in config:
        size = "×".join(map(str, config["kernel_size"]))
        parts.append(f"{config['filters']} filters of {size}")
    if "units" in config:
        parts.append(f"{config['units']} units")
    if "pool_size" in config:
        parts.append("×".join(map(str, config["pool_size"])))
    if "rate" in config:
        parts.append(f"{config['rate'] * 100:.0f} % dropout in training")
    if isinstance(config.get("activation"), str) and config["activation"] != "linear":
        parts.append(config["activation"])
    return ", ".join(parts)
