"""Write a Python script that computes what the Network page shows.

Where the layers are looked at, Keras is asked for what they return while the model runs, as the
program does: so nested and shared layers answer as well.
"""

from dataclasses import dataclass
from pathlib import Path

from explorer.core.models.explanations import Method
from explorer.core.models.model import Model
from explorer.core.models.model_use import Edit
from explorer.core.models.preparation import IMAGENET_DEVIATION, IMAGENET_MEAN, Preparation
from explorer.core.models.run_folder import KERAS_FILE

_READ = """\
import numpy as np
from PIL import Image, ImageOps

picture = ImageOps.exif_transpose(Image.open({picture!r})).convert("RGB")
height, width = {size}
"""

_STRETCH = """\
picture = picture.resize((width, height), Image.Resampling.BILINEAR)
inputs = np.asarray(picture, np.float32)
"""

_FIT = """\
factor = {choose}(height / picture.height, width / picture.width)
inner = max(1, round(picture.width * factor)), max(1, round(picture.height * factor))
picture = picture.resize(inner, Image.Resampling.BILINEAR)
left, top = (picture.width - width) // 2, (picture.height - height) // 2
picture = picture.crop((left, top, left + width, top + height))  # black where it has nothing
inputs = np.asarray(picture, np.float32)
"""

_KERAS = """\
import keras

model = keras.saving.load_model({path!r}, compile=False)


def find(name):
    found = model
    for part in name.split("/"):
        found = found.get_layer(part)
    return found
"""

_EDITS = """\


def place_of(layer, variable, channel):
    # Where a variable keeps a channel.
    if isinstance(layer, keras.layers.DepthwiseConv2D) and variable.name != "bias":
        return (..., *divmod(channel, layer.depth_multiplier))
    if isinstance(layer, keras.layers.Conv2DTranspose) and variable.name != "bias":
        return (..., channel, slice(None))
    return (..., channel)


def change(layer, make, skipped=("depthwise_kernel",)):
    for variable in layer.weights:
        if variable.name not in skipped:
            values = keras.ops.convert_to_numpy(variable).copy()
            make(variable, values)
            variable.assign(values)


def multiply(layer, channel, factor):
    def make(variable, values):
        values[place_of(layer, variable, channel)] *= factor

    change(layer, make, ("depthwise_kernel", "moving_mean", "moving_variance"))


def swap(layer, one, other):
    def make(variable, values):
        first, second = place_of(layer, variable, one), place_of(layer, variable, other)
        values[first], values[second] = values[second].copy(), values[first].copy()

    change(layer, make)


def set_kernel(layer, channel, source, kernel):
    is_depthwise = isinstance(layer, keras.layers.DepthwiseConv2D)

    def make(variable, values):
        if variable.name == "kernel":
            found = values[place_of(layer, variable, channel)]
            if is_depthwise:
                found[:] = kernel
            else:
                found[..., source] = kernel

    change(layer, make)
"""

_WATCH = """\

layer = find({layer!r})
returned = []
call = layer.call
layer.call = lambda *args, **kwargs: returned.append(call(*args, **kwargs)) or returned[-1]
outputs = model(inputs, training=False)
maps = keras.ops.convert_to_numpy(returned[0])[0]
print(maps.shape, maps.min(), maps.max())
"""

_LAYERS = """\

model.summary(expand_nested=True)
"""

_ONNX_LAYERS = """\

print(onnx.helper.printable_graph(model.graph))
"""

_LITERT_LAYERS = """\
from ai_edge_litert.interpreter import Interpreter

interpreter = Interpreter({path!r})
interpreter.allocate_tensors()
for one in interpreter.get_tensor_details():
    print(one["name"], one["shape"])
"""

_GRADIENTS = """\
import tensorflow as tf

# The score of a class is what comes before softmax or sigmoid.
last = model
while isinstance(last, keras.Model):
    last = last.layers[-1]
if isinstance(last, keras.layers.Softmax):
    last.call = lambda values, **_: values
elif hasattr(last, "activation"):
    last.activation = keras.activations.linear

layer = find({layer!r})
returned = []
call = layer.call


def watch(*args, **kwargs):
    values = call(*args, **kwargs)
    if not returned:
        tape.watch(values)
        returned.append(values)
    return values


layer.call = watch
with tf.GradientTape() as tape:
    outputs = model(inputs, training=False)
    score = {sign}outputs[0, {output}]
gradients = tape.gradient(score, returned[0])[0].numpy().astype(float)
maps = returned[0][0].numpy().astype(float)
"""

_METHODS = {
    "grad-cam": "evidence = maps @ gradients.mean(axis=(0, 1))\n",
    "hirescam": "evidence = (maps * gradients).sum(axis=2)\n",
    "grad-cam++": """\
square, cube = gradients**2, gradients**3
below = 2 * square + maps.sum(axis=(0, 1)) * cube
shares = np.divide(square, below, out=np.zeros_like(square), where=below != 0)
evidence = maps @ (shares * np.maximum(gradients, 0)).sum(axis=(0, 1))
""",
}

_COMMAND = """\
import subprocess

import numpy as np

# {method} draws samples: the program computes it.
words = ["convnet-explorer", "explain", {picture!r}, "--model", {path!r}, "--method", {method!r}]
words += [{more}"--class", "{class_index}", "-o", "evidence.npy"]
subprocess.run(words, check=True)
evidence = np.load("evidence.npy")
"""

_WEIGHTS = """\

for variable in find({layer!r}).weights:
    values = keras.ops.convert_to_numpy(variable)
    print(variable.name, values.shape, values.mean(), values.std())
"""

_ONNX = """\
import onnx
import onnxruntime

model = onnx.load({path!r})
names = [name for node in model.graph.node for name in node.output]
has = {{one.name for one in model.graph.output}}
model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names if name not in has)
session = onnxruntime.InferenceSession(model.SerializeToString())
given = session.get_inputs()[0]
"""

_ONNX_MAPS = """\

node = next(node for node in model.graph.node if {layer!r} in (node.name, *node.output))
(maps,) = session.run([node.output[0]], {{given.name: inputs}})
print(maps.shape, maps.min(), maps.max())
"""

_LITERT = """\
from ai_edge_litert.interpreter import Interpreter

interpreter = Interpreter({path!r}, experimental_preserve_all_tensors=True)
interpreter.allocate_tensors()
interpreter.set_tensor(interpreter.get_input_details()[0]["index"], inputs)
interpreter.invoke()
tensors = {{one["name"]: one["index"] for one in interpreter.get_tensor_details()}}
"""

_LITERT_MAPS = """\

maps = interpreter.get_tensor(tensors[{layer!r}])
print(maps.shape, maps.min(), maps.max())
"""

_SOFTMAX = """\
shares = np.exp(outputs - outputs.max())
outputs = shares / shares.sum()
"""


@dataclass(frozen=True)
class Script:
    """What a script is about.

    Attributes
    ----------
    model : Model
    picture : Path or None
        The picture's file; None where it has none.
    is_channels_first : bool
        Whether the model takes the channels before height and width.
    output_count : int
        How many values it returns; 0 where that is not known.
    """

    model: Model
    picture: Path | None
    is_channels_first: bool = False
    output_count: int = 0


def export_maps(script: Script, layer: str) -> str:
    """Return a script that computes the feature maps of a layer for the picture.

    Parameters
    ----------
    layer : str
        Its path.
    """
    suffix = script.model.path.suffix.lower()
    parts = [export_input(script)]
    path = str(script.model.path)
    if suffix == ".onnx":
        parts += [_ONNX.format(path=path), _ONNX_MAPS.format(layer=layer)]
    elif suffix == ".tflite":
        parts += [_LITERT.format(path=path), _LITERT_MAPS.format(layer=layer)]
    else:
        parts += [_load_keras(script.model), _WATCH.format(layer=layer)]
    return "\n".join(parts)


def export_layers(script: Script) -> str:
    """Return a script that lists the layers of the model."""
    path, suffix = str(script.model.path), script.model.path.suffix.lower()
    if suffix == ".onnx":
        return _ONNX.format(path=path) + _ONNX_LAYERS
    if suffix == ".tflite":
        return _LITERT_LAYERS.format(path=path)
    return _load_keras(script.model) + _LAYERS


def export_weights(script: Script, layer: str) -> str:
    """Return a script that prints the weights of a layer of a Keras model."""
    return _load_keras(script.model) + _WEIGHTS.format(layer=layer)


def export_prediction(script: Script) -> str:
    """Return a script that classifies the picture by a Keras model."""
    lines = [
        "outputs = keras.ops.convert_to_numpy(model(inputs, training=False))[0].astype(float)\n"
    ]
    if script.model.outputs == "logits":
        lines.append(
            "outputs = np.array([0, outputs[0]]) if len(outputs) == 1 else outputs\n" + _SOFTMAX
        )
    else:
        lines.append(
            "outputs = np.array([1 - outputs[0], outputs[0]]) if len(outputs) == 1 else outputs\n"
        )
    lines.append(
        f"for name, share in zip({list(script.model.classes)!r}, outputs):\n"
        '    print(f"{name}: {share:.4f}")\n'
    )
    return "\n".join([export_input(script), _load_keras(script.model), "".join(lines)])


def export_explanation(script: Script, method: Method, layer: str, class_index: int) -> str:
    """Return a script that computes the evidence for a class, signed, as `evidence`.

    Parameters
    ----------
    layer : str
        Which layer the method looks at; empty for those that look at the picture.
    class_index : int
    """
    model = script.model
    is_keras = model.path.suffix.lower() not in (".onnx", ".tflite")
    if method in _METHODS and is_keras and not script.is_channels_first:
        is_single = script.output_count == 1 and len(model.classes) == 2
        sign = "-" if is_single and class_index == 0 else ""
        output = 0 if is_single else class_index
        parts = [
            export_input(script),
            _load_keras(model),
            _GRADIENTS.format(layer=layer, sign=sign, output=output) + _METHODS[method],
        ]
        return "\n".join(parts) + "print(evidence.shape, evidence.min(), evidence.max())\n"
    picture = "picture.png" if script.picture is None else str(script.picture)
    more = f'"--layer", {layer!r}, ' if layer else ""
    return _COMMAND.format(
        method=method, picture=picture, path=str(model.path), more=more, class_index=class_index
    )


def export_input(script: Script) -> str:
    """Return the lines that read the picture and prepare it, as `inputs`, with the batch."""
    preparation = script.model.preparation
    picture = "picture.png" if script.picture is None else str(script.picture)
    text = _READ.format(picture=picture, size=preparation.size)
    if preparation.resize == "stretch":
        text += _STRETCH
    else:
        text += _FIT.format(choose="max" if preparation.resize == "crop" else "min")
    text += _scale(preparation)
    if script.is_channels_first:
        text += "inputs = np.moveaxis(inputs, -1, 0)  # the channels come first\n"
    return text + "inputs = np.ascontiguousarray(inputs[None], np.float32)\n"


def _scale(preparation: Preparation) -> str:
    text = ""
    if preparation.scaling == "unit":
        text += "inputs = inputs / 255\n"
    elif preparation.scaling == "signed":
        text += "inputs = inputs / 127.5 - 1\n"
    elif preparation.scaling == "imagenet":
        text += f"inputs = (inputs / 255 - {list(IMAGENET_MEAN)}) / {list(IMAGENET_DEVIATION)}\n"
    if preparation.channels == "bgr":
        text += "inputs = inputs[:, :, ::-1]\n"
    elif preparation.channels == "grey":
        text += "inputs = inputs @ np.array([[0.299], [0.587], [0.114]])\n"
    return text


def _load_keras(model: Model) -> str:
    path = model.path / KERAS_FILE if model.card is not None else model.path
    edits = _EDITS + "".join(map(_edit, model.edits)) if model.edits else ""
    return _KERAS.format(path=str(path)) + edits


def _edit(edit: Edit) -> str:
    """Return the lines that change one channel, as the program changes it."""
    text = f"\nlayer = find({edit.layer!r})\n"
    if edit.kind == "kernel":
        rows = [list(row) for row in edit.kernel]
        return text + f"set_kernel(layer, {edit.channel}, {edit.other}, {rows})\n"
    if edit.kind == "swap":
        return text + f"swap(layer, {edit.channel}, {edit.other})\n"
    return (
        text + f"multiply(layer, {edit.channel}, {0.0 if edit.kind == 'mute' else edit.factor})\n"
    )
