"""The scripts that are copied run as they are, and compute what the program does."""

import contextlib
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from explorer.core.models.explanations import Method
from explorer.core.models.model import Model
from explorer.core.models.model_use import Edit
from explorer.core.models.preparation import Preparation
from explorer.core.models.requests import ExplainClass
from explorer.core.network.python_export import (
    Script,
    export_explanation,
    export_input,
    export_layers,
    export_maps,
    export_prediction,
    export_weights,
)


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photo") / "it's a photo.png"
    pixels = np.random.default_rng(5).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


# In the child.


def save_sigmoid(path: Path) -> None:
    """Save a model with one sigmoid, over a nested backbone."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(4)
    inner = keras.Sequential(
        [keras.Input((16, 16, 3)), layers.Conv2D(6, 3, activation="relu", name="conv")],
        name="inner",
    )
    given = keras.Input((16, 16, 3))
    end = layers.Dense(1, activation="sigmoid")(layers.Flatten()(inner(given)))
    keras.Model(given, end).save(path)


def explain_here(model: Model, method: Method, index: int, picture: np.ndarray) -> np.ndarray:
    """Return the map that the program computes."""
    from explorer.ml.explanation.explain import explain
    from explorer.ml.models.keras_model import KerasAdapter

    asked = ExplainClass(model.use, picture, method, (index,), "inner/conv")
    return explain(KerasAdapter(model.path, None), asked).maps[0]


def save_nested(path: Path) -> None:
    """Save a model with another inside: a depthwise, a normal and a transposed convolution."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(3)
    inner = keras.Sequential(
        [
            keras.Input((16, 16, 3)),
            layers.DepthwiseConv2D(3, name="deep"),
            layers.Conv2D(4, 3, activation="relu", name="conv"),
            layers.BatchNormalization(name="norm"),
            layers.Conv2DTranspose(3, 2, name="wide"),
        ],
        name="inner",
    )
    given = keras.Input((16, 16, 3))
    end = layers.Dense(3, name="end")(layers.GlobalAveragePooling2D()(inner(given)))
    keras.Model(given, end).save(path)


def compute(model: Model, layers: tuple[str, ...], picture: np.ndarray) -> list[np.ndarray]:
    """Return what the program computes: the maps of the layers, then the probabilities."""
    from explorer.ml.models.keras_model import KerasAdapter

    adapter = KerasAdapter(model.path, None)
    adapter.edit(model.edits)
    inputs = model.preparation.prepare(picture)[None]
    maps = [adapter.feature_maps(layer, inputs).maps for layer in layers]
    return [*maps, np.array(adapter.classify(picture, model.use).probabilities)]


def run(script: str) -> tuple[dict[str, Any], str]:
    """Run a script as it is; return its arrays and what it printed."""
    names: dict[str, Any] = {}
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(script, "script", "exec"), names)
    arrays = {name: one for name, one in names.items() if isinstance(one, np.ndarray)}
    return arrays, said.getvalue()


@pytest.mark.parametrize("resize", ["stretch", "crop", "pad"])
@pytest.mark.parametrize(
    ("scaling", "channels"),
    [("none", "rgb"), ("unit", "bgr"), ("signed", "grey"), ("imagenet", "rgb")],
)
def test_a_script_prepares_the_picture_as_the_program_does(
    photo: Path, resize: str, scaling: str, channels: str
) -> None:
    preparation = Preparation((24, 18), resize, channels, scaling)  # type: ignore[arg-type]
    names, _ = run(export_input(Script(Model(Path("m.keras"), (), preparation), photo)))
    expected = preparation.prepare(np.asarray(Image.open(photo)))[None]
    np.testing.assert_allclose(names["inputs"], expected, atol=1e-5)


def test_scripts_of_an_edited_nested_model_compute_what_the_program_does(
    photo: Path, tmp_path: Path, in_child: Callable[..., Any]
) -> None:
    path = tmp_path / "nested.keras"
    in_child(save_nested, path)
    edits = (
        Edit("inner/conv", 1, "scale", factor=-2.5),
        Edit("inner/conv", 0, "kernel", other=2, kernel=((1, 0, -1), (2, 0, -2), (1, 0, -1))),
        Edit("inner/deep", 2, "mute"),
        Edit("inner/norm", 3, "scale", factor=0.5),
        Edit("inner/wide", 0, "swap", other=2),
    )
    model = Model(path, ("a", "b", "c"), Preparation((16, 16)), "logits", edits=edits)
    layers = ("inner/conv", "inner/wide")
    *maps, shares = in_child(compute, model, layers, np.asarray(Image.open(photo)))
    for layer, expected in zip(layers, maps, strict=True):
        names, _ = in_child(run, export_maps(Script(model, photo), layer))
        np.testing.assert_allclose(names["maps"], expected, atol=1e-5)
    _, said = in_child(run, export_prediction(Script(model, photo)))
    found = [float(line.rpartition(" ")[2]) for line in said.splitlines()]
    np.testing.assert_allclose(found, shares, atol=6e-5)
    _, said = in_child(run, export_weights(Script(replace(model, edits=()), photo), "inner/conv"))
    assert said.splitlines()[0].startswith("kernel (3, 3, 3, 4)")
    _, said = in_child(run, export_layers(Script(model, photo)))
    assert all(name in said for name in ("inner", "deep", "norm", "end"))


def test_a_script_computes_the_evidence_for_each_class_of_one_sigmoid(
    photo: Path, tmp_path: Path, in_child: Callable[..., Any]
) -> None:
    path = tmp_path / "sigmoid.keras"
    in_child(save_sigmoid, path)
    model = Model(path, ("cat", "dog"), Preparation((16, 16), scaling="unit"))
    script = Script(model, photo, output_count=1)
    pixels = np.asarray(Image.open(photo))
    methods: tuple[Method, ...] = ("grad-cam", "grad-cam++", "hirescam")
    for method in methods:
        for index in (0, 1):
            text = export_explanation(script, method, "inner/conv", index)
            names, _ = in_child(run, text)
            expected = in_child(explain_here, model, method, index, pixels)
            np.testing.assert_allclose(names["evidence"], expected, rtol=1e-4, atol=1e-5)


def test_what_draws_samples_is_computed_by_the_command(photo: Path) -> None:
    script = Script(Model(Path("/m.onnx"), ("a", "b"), Preparation((16, 16))), photo)
    text = export_explanation(script, "rise", "", 1)
    compile(text, "script", "exec")
    assert repr(str(photo)) in text
    assert "'--method', 'rise'" in text.replace('"', "'")
