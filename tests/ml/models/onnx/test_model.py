"""ONNX files against what PyTorch computed with the same network, and every kind of input."""

import os
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from scipy.signal import correlate

from explorer.core.models.model_use import ModelUse
from explorer.core.models.preparation import Preparation
from explorer.errors import ModelError
from explorer.ml.models.adapter import Ability
from explorer.ml.models.formats import open_model
from explorer.ml.worker import role_for
from tests.support.onnx_files import save_onnx

PYTORCH = Path(__file__).parents[1] / "pytorch"
LAYERS = {
    "plain": {"features.1": "features/1", "features.4": "features/4", "features.7": "features/7"},
    "residual": {"stem": "stem", "conv2": "conv2", "fc": "fc"},
}


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(0)


def pictures_of(found) -> np.ndarray:
    return np.moveaxis(found["pictures"], 1, -1)


@pytest.mark.parametrize("name", LAYERS)
def test_outputs_and_maps_are_those_that_pytorch_computed(name):
    model, expected = open_model(PYTORCH / f"{name}.onnx"), np.load(PYTORCH / f"{name}.npz")
    pictures = pictures_of(expected)
    np.testing.assert_allclose(model.predict(pictures), expected["outputs"], atol=1e-5)
    for module, layer in LAYERS[name].items():
        maps = expected[module][0]
        maps = np.moveaxis(maps, 0, -1) if maps.ndim == 3 else maps
        found = model.feature_maps(layer, pictures)
        np.testing.assert_allclose(found.maps, maps, atol=1e-5)
        assert found.layer.output_shape == maps.shape


def test_every_layer_can_be_looked_at():
    for name in LAYERS:
        model, expected = open_model(PYTORCH / f"{name}.onnx"), np.load(PYTORCH / f"{name}.npz")
        for info in model.describe((16, 12)).layers:
            maps = model.feature_maps(info.name, pictures_of(expected)).maps
            assert maps.shape == info.output_shape


def test_weights_are_laid_out_as_in_keras():
    model, expected = open_model(PYTORCH / "residual.onnx"), np.load(PYTORCH / "residual.npz")
    picture = pictures_of(expected)
    stem = model.weights("stem")
    assert stem["kernel"].shape == (5, 5, 3, 6)
    padded = np.pad(picture[0], ((2, 2), (2, 2), (0, 0)))
    by_hand = [
        correlate(padded, stem["kernel"][..., number], "valid")[::2, ::2, 0] + stem["bias"][number]
        for number in range(6)
    ]
    np.testing.assert_allclose(model.feature_maps("stem", picture).maps, np.stack(by_hand, -1),
                               atol=1e-5)  # fmt: skip
    dense, given = model.weights("fc"), model.feature_maps("mean", picture).maps.reshape(-1)
    np.testing.assert_allclose(
        given @ dense["kernel"] + dense["bias"], model.feature_maps("fc", picture).maps, atol=1e-5
    )
    assert set(open_model(PYTORCH / "plain.onnx").weights("features/1")) == {
        "gamma", "beta", "moving_mean", "moving_variance",
    }  # fmt: skip
    assert open_model(PYTORCH / "plain.onnx").weights("features/4")["kernel"].shape == (3, 3, 8, 1)
    assert model.weights("relu") == {}


def test_scores_are_what_the_last_softmax_takes():
    model, expected = open_model(PYTORCH / "residual.onnx"), np.load(PYTORCH / "residual.npz")
    scores = model.scores(pictures_of(expected))
    np.testing.assert_allclose(scores, expected["fc"], atol=1e-6)
    shares = np.exp(scores) / np.exp(scores).sum()
    np.testing.assert_allclose(shares, expected["outputs"], atol=1e-6)


def test_a_picture_is_classified_with_its_preparation():
    picture = np.random.default_rng(1).integers(0, 256, (40, 30, 3), np.uint8)
    use = ModelUse(PYTORCH / "plain.onnx", Preparation((16, 12), scaling="unit"), 2, "logits")
    model = open_model(use.path)
    logits = model.predict(use.preparation.prepare(picture)[None])[0].astype(float)
    expected = np.exp(logits) / np.exp(logits).sum()
    assert model.classify(picture, use).probabilities == pytest.approx(tuple(expected))


def test_it_needs_no_tensorflow_and_no_gradients_are_promised():
    assert role_for(PYTORCH / "plain.onnx") == "classifier"
    model = open_model(PYTORCH / "plain.onnx", Ability.WEIGHTS)
    with pytest.raises(ModelError, match=r"An ONNX model cannot compute gradients"):
        model.input_gradients(np.zeros((1, 16, 12, 3), np.float32), 0)


CONV = ("Conv", ["picture", "w"], "conv", {"pads": [1, 1, 1, 1]})
END = [("GlobalAveragePool", ["conv"], "pool", {}), ("Flatten", ["pool"], "out", {})]


def kernels(channels: int = 3, filters: int = 4) -> np.ndarray:
    return np.random.default_rng(3).normal(size=(filters, channels, 3, 3)).astype(np.float32)


def expected_conv(picture: np.ndarray, weights: np.ndarray) -> np.ndarray:
    padded = np.pad(picture, ((1, 1), (1, 1), (0, 0)))
    each = [correlate(padded, np.moveaxis(one, 0, -1), "valid")[:, :, 0] for one in weights]
    return np.stack(each, -1)


@pytest.mark.parametrize("batch", [1, 4, "N"])
@pytest.mark.parametrize("size", [(8, 6), ("H", "W")])
def test_fixed_and_free_batches_and_sizes(tmp_path, random, batch, size):
    file = tmp_path / "net.onnx"
    save_onnx(file, [CONV, *END], {"w": kernels()}, (batch, 3, *size))
    pictures = random.normal(size=(3, 8, 6, 3)).astype(np.float32)
    model = open_model(file)
    expected = np.stack([expected_conv(one, kernels()) for one in pictures])
    np.testing.assert_allclose(model.predict(pictures), expected.mean((1, 2)), atol=1e-5)
    np.testing.assert_allclose(
        model.feature_maps("conv", pictures[:1]).maps, expected[0], atol=1e-5
    )


def test_channels_last_and_one_channel(tmp_path, random):
    file = tmp_path / "net.onnx"
    first = ("Transpose", ["picture"], "first", {"perm": [0, 3, 1, 2]})
    conv = ("Conv", ["first", "w"], "conv", {"pads": [1, 1, 1, 1]})
    save_onnx(file, [first, conv, *END], {"w": kernels(1)}, (1, 8, 6, 1))
    picture = random.normal(size=(1, 8, 6, 1)).astype(np.float32)
    model = open_model(file)
    architecture = model.describe((8, 6))
    assert not architecture.is_channels_first
    assert [one.output_shape for one in architecture.layers[:3]] == [
        (8, 6, 1),
        (8, 6, 1),
        (8, 6, 4),
    ]
    expected = expected_conv(picture[0], kernels(1))
    np.testing.assert_allclose(model.feature_maps("conv", picture).maps, expected, atol=1e-5)


@pytest.mark.parametrize("dtype", [TensorProto.UINT8, TensorProto.FLOAT16, TensorProto.DOUBLE])
def test_inputs_of_other_types(tmp_path, dtype):
    file = tmp_path / "net.onnx"
    cast = ("Cast", ["picture"], "float", {"to": TensorProto.FLOAT})
    conv = ("Conv", ["float", "w"], "conv", {"pads": [1, 1, 1, 1]})
    save_onnx(file, [cast, conv, *END], {"w": kernels()}, dtype=dtype)
    picture = np.arange(144, dtype=np.float32).reshape(1, 8, 6, 3) + 0.25
    given = np.rint(picture) if dtype == TensorProto.UINT8 else picture
    found = open_model(file).feature_maps("conv", picture).maps
    np.testing.assert_allclose(found, expected_conv(given[0], kernels()), rtol=2e-3, atol=1e-3)


def test_quantised_weights_are_told_as_the_values_that_they_stand_for(tmp_path):
    file = tmp_path / "net.onnx"
    stored = np.random.default_rng(5).integers(-128, 128, (4, 3, 3, 3)).astype(np.int8)
    scale = np.array([0.01, 0.02, 0.03, 0.04], np.float32)
    operations = [
        ("DequantizeLinear", ["q", "scale", "zero"], "w", {"axis": 0}),
        CONV,
        *END,
    ]
    save_onnx(file, operations, {"q": stored, "scale": scale, "zero": np.zeros(4, np.int8)})
    kernel = open_model(file).weights("conv")["kernel"]
    expected = np.moveaxis(stored * scale[:, None, None, None], (0, 1), (-1, -2))
    np.testing.assert_allclose(kernel, expected, rtol=1e-6)


def test_a_single_sigmoid_tells_its_score(tmp_path, random):
    file = tmp_path / "net.onnx"
    operations = [
        CONV,
        *END[:1],
        ("Flatten", ["pool"], "flat", {}),
        ("Sigmoid", ["flat"], "out", {}),
    ]
    save_onnx(file, operations, {"w": kernels(filters=1)})
    picture = random.normal(size=(1, 8, 6, 3)).astype(np.float32)
    model = open_model(file)
    score = expected_conv(picture[0], kernels(filters=1)).mean()
    assert model.scores(picture) == pytest.approx(score, abs=1e-5)
    assert model.predict(picture) == pytest.approx(1 / (1 + np.exp(-score)), abs=1e-5)
    assert model.describe((8, 6)).last_activation == "sigmoid"


def test_several_inputs_and_outputs_are_told(tmp_path):
    two_in, two_out = tmp_path / "two_in.onnx", tmp_path / "two_out.onnx"
    add = ("Add", ["picture", "other"], "out", {})
    save_onnx(two_in, [add], {}, inputs=("picture", "other"))
    save_onnx(two_out, [CONV, *END], {"w": kernels()}, outputs=("conv", "out"))
    picture = np.zeros((1, 8, 6, 3), np.float32)
    with pytest.raises(ModelError, match=r"takes 2 inputs \(“picture” and “other”\), not one"):
        open_model(two_in).predict(picture)
    assert "not one picture" in open_model(two_in).describe((8, 6)).limits[1]
    with pytest.raises(ModelError, match=r"“two_out.onnx” returns 2 arrays, not one score"):
        open_model(two_out).predict(picture)
    assert open_model(two_out).feature_maps("conv", picture).maps.shape == (8, 6, 4)


def save_beside(path: Path, location: str, offset: int = 8) -> onnx.ModelProto:
    model = save_onnx(path, [CONV, *END], {"w": kernels()})
    (tensor,) = model.graph.initializer
    onnx.external_data_helper.set_external_data(tensor, location, offset=offset, length=432)
    tensor.ClearField("raw_data")
    path.write_bytes(model.SerializeToString())
    return model


def test_weights_may_lie_in_a_file_beside_it_alone(tmp_path, random):
    file = tmp_path / "net.onnx"
    save_beside(file, "net.onnx.data")
    with pytest.raises(
        ModelError, match=r"its weights are in “net.onnx.data”, which must lie beside"
    ):
        open_model(file)
    data = b"8 bytes." + kernels().tobytes()
    (tmp_path / "net.onnx.data").write_bytes(data)
    picture = random.normal(size=(1, 8, 6, 3)).astype(np.float32)
    expected = expected_conv(picture[0], kernels()).mean((0, 1))
    np.testing.assert_allclose(open_model(file).predict(picture)[0], expected, atol=1e-5)
    (tmp_path / "net.onnx.data").write_bytes(data[:100])
    with pytest.raises(ModelError, match=r"“net.onnx.data” beside it is cut short"):
        open_model(file)
    (tmp_path / "net.onnx.data").unlink()
    os.symlink("/etc/hostname", tmp_path / "net.onnx.data")
    with pytest.raises(ModelError, match="which is a link"):
        open_model(file)
    for location in ("../secret", "/etc/passwd", "a/b", "..", "a\\b"):
        save_beside(file, location)
        with pytest.raises(ModelError, match="only a file beside it may have them"):
            open_model(file)


@pytest.mark.parametrize(
    ("location", "offset", "reason"),
    [
        ("net\0data", 8, "its weights lie in “net\ufffddata”, which is no name of a file"),
        ("net.data", 10**15, "its weights lie beyond the end of “net.data” beside it"),
        ("net.data", -5, "the file is damaged: its weights lie before “net.data” begins"),
    ],
)
def test_weights_that_lie_nowhere_are_told_as_that(tmp_path, location, offset, reason):
    (tmp_path / "net.data").write_bytes(bytes(500))
    save_beside(tmp_path / "net.onnx", location, offset)
    with pytest.raises(ModelError) as caught:
        open_model(tmp_path / "net.onnx")
    assert str(caught.value) == f"“net.onnx” was not opened: {reason}."


def test_functions_of_the_file_are_operations_of_it(tmp_path, random):
    file = tmp_path / "net.onnx"
    model = save_onnx(file, [CONV, ("Halve", ["conv"], "half", {}), *END], {"w": kernels()})
    model.graph.node[1].domain = "mine"
    model.graph.node[2].input[0] = "half"
    half = [
        helper.make_node("Constant", [], ["two"], value_float=2.0),
        helper.make_node("Div", ["x", "two"], ["y"]),
    ]
    opsets = [helper.make_opsetid("", 17)]
    model.functions.append(helper.make_function("mine", "Halve", ["x"], ["y"], half, opsets))
    model.opset_import.append(helper.make_opsetid("mine", 1))
    file.write_bytes(model.SerializeToString())
    picture = random.normal(size=(1, 8, 6, 3)).astype(np.float32)
    expected = expected_conv(picture[0], kernels()).mean((0, 1)) / 2
    np.testing.assert_allclose(open_model(file).predict(picture)[0], expected, atol=1e-5)

    model.functions[0].node[1].CopyFrom(helper.make_node("Halve", ["x"], ["y"], domain="mine"))
    file.write_bytes(model.SerializeToString())
    with pytest.raises(ModelError, match="its function “Halve” calls itself"):
        open_model(file)


def bomb(path: Path) -> None:
    """Functions that each call the next one twice: 2 to the power of 40 operations."""
    model = save_onnx(path, [("F0", ["picture"], "out", {})], {}, domain="mine")
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("mine", 1)]
    for level in range(40):
        calls = [
            helper.make_node(f"F{level + 1}", ["x"], [name], domain="mine") for name in ("z", "y")
        ]
        model.functions.append(
            helper.make_function("mine", f"F{level}", ["x"], ["y"], calls, opsets)
        )
    identity = [helper.make_node("Identity", ["x"], ["y"])]
    model.functions.append(helper.make_function("mine", "F40", ["x"], ["y"], identity, opsets))
    path.write_bytes(model.SerializeToString())


def huge_weights(path: Path) -> None:
    model = save_onnx(path, [CONV, *END], {"w": kernels()})
    model.graph.initializer[0].dims[:] = [1 << 20, 1 << 20, 3, 3]
    path.write_bytes(model.SerializeToString())


def huge_array(path: Path) -> None:
    resize = ("Resize", ["picture", "", "scales"], "out", {})
    save_onnx(path, [resize], {"scales": np.array([1, 1, 1e4, 1e4], np.float32)})


def custom(path: Path) -> None:
    save_onnx(path, [("Steal", ["picture"], "out", {})], {}, domain="evil.ops")


def too_new(path: Path) -> None:
    save_onnx(path, [CONV, *END], {"w": kernels()}, opset=99)


def too_old(path: Path) -> None:
    save_onnx(path, [("Relu", ["picture"], "out", {})], {}, opset=1)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (bomb, "it has more than 20,000 operations"),
        (huge_weights, "its 9,895,605 million weights are not in the file"),
        (huge_array, "one of its arrays has 3×80000×60000 values"),
        (custom, "it needs the operation “evil.ops.Steal”, which ONNX Runtime does not have"),
        (too_new, "it needs operations of version 99; up to "),
        (too_old, "ONNX Runtime does not have version 1 of its operation “Relu”"),
        (lambda path: path.write_bytes(b""), "the file is empty"),
        (lambda path: path.write_bytes(b"\xff\xd8\xff\xe0 JPEG"), "or is no ONNX model"),
        (lambda path: path.write_bytes(onnx.ModelProto().SerializeToString() + b"\x08\x07"),
         "or is no ONNX model: it has no operations"),
    ],
)  # fmt: skip
def test_what_is_refused_is_told_with_its_reason(tmp_path, make, reason):
    file = tmp_path / "net.onnx"
    make(file)
    with pytest.raises(ModelError) as caught:
        open_model(file)
    assert caught.value.sentence.startswith("“net.onnx” was not opened: ")
    assert reason in caught.value.sentence


def test_what_returns_maps_does_not_classify(tmp_path):
    file = tmp_path / "net.onnx"
    save_onnx(file, [("Conv", ["picture", "w"], "out", {})], {"w": kernels()})
    use = ModelUse(file, Preparation((8, 6)), 0)
    with pytest.raises(ModelError) as caught:
        open_model(file).classify(np.zeros((8, 6, 3), np.uint8), use)
    assert "it does not classify, but its layers can be looked at" in caught.value.sentence


@pytest.mark.parametrize("joined", [("class", "tokens"), ("tokens", "class")])
def test_tokens_of_patches_are_maps_without_the_token_of_the_class(tmp_path, random, joined):
    file = tmp_path / "net.onnx"
    patches = ("Conv", ["picture", "w"], "patches", {"strides": [2, 2], "pads": [1, 1, 0, 0]})
    operations = [
        patches,
        ("Reshape", ["patches", "flat"], "flattened", {}),
        ("Transpose", ["flattened"], "tokens", {"perm": [0, 2, 1]}),
        ("Concat", list(joined), "all", {"axis": 1}),
        ("Relu", ["all"], "out", {}),
    ]
    weights = {
        "w": kernels(),
        "flat": np.array([1, 4, -1], np.int64),
        "class": np.ones((1, 1, 4), np.float32),
    }
    save_onnx(file, operations, weights)
    picture = random.normal(size=(1, 8, 6, 3)).astype(np.float32)
    model = open_model(file)
    maps = model.feature_maps("patches", picture).maps
    assert maps.shape == (4, 3, 4)
    np.testing.assert_array_equal(model.feature_maps("tokens", picture).maps, maps)
    found = model.feature_maps("out", picture)
    assert (found.layer.output_shape, found.layer.token_grid) == ((13, 4), (4, 3))
    np.testing.assert_array_equal(found.maps, np.maximum(maps, 0))


def test_a_loop_without_an_end_is_ended(tmp_path, monkeypatch):
    picture = ("picture", TensorProto.FLOAT, [1, 3, 8, 8])
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["goes_on"], ["goes_on_still"]),
            helper.make_node("Sin", ["value"], ["next"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("turn", TensorProto.INT64, []),
            helper.make_tensor_value_info("goes_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("value", *picture[1:]),
        ],
        [
            helper.make_tensor_value_info("goes_on_still", TensorProto.BOOL, []),
            helper.make_tensor_value_info("next", *picture[1:]),
        ],
    )
    wishes = [
        ("Loop", ["turns", "goes_on", "picture"], "looped", {"body": body}),
        ("GlobalAveragePool", ["looped"], "pooled", {}),
        ("Flatten", ["pooled"], "out", {}),
    ]
    weights = {"turns": np.array(2**62), "goes_on": np.array(True)}
    save_onnx(tmp_path / "endless.onnx", wishes, weights, (1, 3, 8, 8))
    model = open_model(tmp_path / "endless.onnx")
    monkeypatch.setattr("explorer.ml.models.onnx.model.RUN_LIMIT_S", 0.1)
    with pytest.raises(ModelError, match=r"“endless.onnx” cannot be run: one picture takes it"):
        model.predict(np.ones((1, 8, 8, 3), np.float32))
