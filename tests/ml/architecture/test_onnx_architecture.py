"""The layers of ONNX files: names, shapes, costs; receptive fields by changing single pixels."""

from pathlib import Path

import numpy as np
import onnx
import pytest

from explorer.errors import ModelError
from explorer.ml.architecture.onnx.architecture import read_onnx_architecture
from explorer.ml.architecture.onnx.names import layer_names
from explorer.ml.models.onnx.model import OnnxAdapter
from tests.support.onnx_files import save_onnx

PYTORCH = Path(__file__).parents[1] / "models" / "pytorch"
SIZE = (16, 12)


def test_the_architecture_of_a_pytorch_file():
    found = read_onnx_architecture(PYTORCH / "plain.onnx", (224, 224))
    assert found.format == "ONNX"
    assert found.made_by.startswith("pytorch 2.")
    assert found.input_size == SIZE  # the file says it
    assert found.is_channels_first
    assert found.inputs[0].shape == (3, *SIZE)
    assert [group.name for group in found.groups] == ["features"]
    assert "Grad-CAM" in found.limits[0]
    by_name = {one.name: one for one in found.layers}
    conv = by_name["features/0"]
    assert (conv.kind, conv.output_shape, conv.detail) == ("Conv", (16, 12, 8), "8 filters of 3×3")
    assert conv.parameters == 8 * 3 * 9 + 8
    assert conv.multiply_adds == 16 * 12 * 8 * 3 * 9
    assert by_name["features/1"].parameters == 4 * 8
    depthwise = by_name["features/4"]
    assert (depthwise.parameters, depthwise.multiply_adds) == (8 * 9 + 8, 8 * 6 * 8 * 9)
    assert (by_name["head"].parameters, by_name["head"].multiply_adds) == (290, 288)
    assert by_name["features/7"].receptive_field.size == (10, 10)
    assert found.last_activation == "linear"


def test_a_free_size_is_the_one_asked_for():
    for size in ((32, 32), (64, 48)):
        found = read_onnx_architecture(PYTORCH / "residual.onnx", size)
        assert found.find("stem").output_shape == (size[0] // 2, size[1] // 2, 6)
        (add,) = (layer for layer in found.layers if layer.kind == "Add")
        assert add.sources == ("relu", "conv2")
        assert found.last_activation == "softmax"


def test_shapes_are_told_of_a_file_from_before_weights_were_no_inputs(tmp_path):
    weights = {"w": np.ones((4, 3, 3, 3), np.float32)}
    model = save_onnx(tmp_path / "net.onnx", [("Conv", ["picture", "w"], "out", {})], weights)
    model.ir_version, model.opset_import[0].version = 3, 8
    (tmp_path / "net.onnx").write_bytes(model.SerializeToString())
    conv = read_onnx_architecture(tmp_path / "net.onnx", SIZE).layers[-1]
    assert (conv.output_shape, conv.multiply_adds) == ((6, 4, 4), 6 * 4 * 4 * 27)


def test_an_operation_from_nowhere_is_damage(tmp_path):
    save_onnx(tmp_path / "net.onnx", [("Relu", ["picture"], "out", {})], {}, domain="somewhere")
    content = (tmp_path / "net.onnx").read_bytes().replace(b"somewhere", b"some\xffhere", 1)
    (tmp_path / "net.onnx").write_bytes(content)
    with pytest.raises(ModelError, match=r"^“net.onnx” was not opened: the file is damaged"):
        read_onnx_architecture(tmp_path / "net.onnx", SIZE)


def named(*names: str) -> list[onnx.NodeProto]:
    return [onnx.helper.make_node("Conv", [f"{name}.in"], [f"{name}.out"], name) for name in names]


def test_what_has_no_name_is_called_after_its_weights():
    make = onnx.helper.make_node
    weights = {"net/conv_1/convolution/merged:0", "blocks.0.conv.weight"}
    nodes = [
        make("Conv", ["x", "net/conv_1/convolution/merged:0"], ["Conv__343:0"], "Conv__343"),
        make("Conv", ["x", "blocks.0.conv.weight"], ["conv2d"], "node_conv2d"),
        make("Relu", ["x"], ["net/relu_1/Relu:0"], "Relu__3"),
    ]
    assert layer_names(nodes, weights) == ["net/conv_1", "blocks/0/conv", "net/relu_1"]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (
            ("/layer1/layer1.0/conv1/Conv", "/layer1/layer1.0/Add", "/fc/Gemm"),
            ["layer1/0/conv1", "layer1/0/Add", "fc"],
        ),
        (
            ("Partitioned/net/conv_1/Conv2D", "Partitioned/net/conv_1/Relu", "Partitioned/net/d/X"),
            ["conv_1/Conv2D", "conv_1/Relu", "d"],
        ),
        (("a", "a", "a_2"), ["a", "a_3", "a_2"]),
        (("7", "bad\x1bname"), ["Conv_7", "bad\ufffdname"]),
    ],
)
def test_names_are_readable_and_each_is_there_once(names, expected):
    assert layer_names(named(*names), ()) == expected


@pytest.mark.parametrize(
    ("notes", "classes"),
    [
        ({"names": "{0: 'cat', 1: 'dog'}"}, ("cat", "dog")),
        ({"classes": '["cat", "dog"]'}, ("cat", "dog")),
        ({"names": "__import__('os').system('true')"}, ()),
        ({"names": "[" * 10_000}, ()),
        ({"author": "me"}, ()),
    ],
)
def test_class_names_of_exporters(tmp_path, notes, classes):
    file = tmp_path / "net.onnx"
    save_onnx(file, [("Relu", ["picture"], "out", {})], {}, notes=notes)
    assert read_onnx_architecture(file, SIZE).classes == classes


def test_a_file_that_cannot_be_run_is_listed_all_the_same(tmp_path):
    file = tmp_path / "net.onnx"
    save_onnx(file, [("Secret", ["picture"], "out", {})], {}, domain="theirs")
    found = read_onnx_architecture(file, SIZE)
    assert found.limits[1] == (
        "It cannot be run: ONNX Runtime does not have its operation “theirs.Secret”."
    )
    assert "cannot be run" in found.layers[1].problem
    (tmp_path / "cut.onnx").write_bytes(file.read_bytes()[:-40])
    with pytest.raises(ModelError, match=r"“cut.onnx” was not opened"):
        read_onnx_architecture(tmp_path / "cut.onnx", SIZE)


W3 = np.random.default_rng(0).random((1, 1, 3, 3)).astype(np.float32) + 0.1
W4 = np.random.default_rng(1).random((1, 1, 4, 4)).astype(np.float32) + 0.1
INTS = {name: np.array(values, np.int64) for name, values in {
    "pads": [0, 0, 2, 1, 0, 0, 1, 1], "starts": [3, 2], "ends": [100, 100], "axes": [2, 3],
    "steps": [2, 1],
}.items()}  # fmt: skip
SCALES = {
    "twice": np.array([1, 1, 2, 2], np.float32),
    "part": np.array([1, 1, 1.5, 1.5], np.float32),
}
CASES = {
    "same lower": [
        ("Conv", ["picture", "W4"], "out", {"auto_pad": "SAME_LOWER", "strides": [2, 2]}),
    ],
    "same upper": [("Conv", ["picture", "W4"], "out", {"auto_pad": "SAME_UPPER"})],
    "dilated": [("Conv", ["picture", "W3"], "out", {"dilations": [2, 2], "pads": [1, 2, 0, 1]})],
    "transposed": [
        ("Conv", ["picture", "W3"], "a", {"strides": [2, 2]}),
        ("ConvTranspose", ["a", "W4"], "out", {"strides": [2, 2], "pads": [1, 1, 0, 0]}),
    ],
    "padded": [("Pad", ["picture", "pads"], "a", {}), ("Conv", ["a", "W3"], "out", {})],
    "sliced": [
        ("Slice", ["picture", "starts", "ends", "axes", "steps"], "a", {}),
        ("Conv", ["a", "W3"], "out", {}),
    ],
    "nearest": [
        ("Resize", ["picture", "", "twice"], "a",
         {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}),
        ("Conv", ["a", "W3"], "out", {}),
    ],
    "linear": [("Resize", ["picture", "", "twice"], "out", {"mode": "linear"})],
    "linear by a half": [("Resize", ["picture", "", "part"], "out", {"mode": "linear"})],
    "aligned": [
        ("Resize", ["picture", "", "twice"], "out",
         {"mode": "linear", "coordinate_transformation_mode": "align_corners"}),
    ],
    "moved and back": [
        ("Transpose", ["picture"], "a", {"perm": [0, 2, 3, 1]}),
        ("Transpose", ["a"], "b", {"perm": [0, 3, 1, 2]}),
        ("MaxPool", ["b"], "out", {"kernel_shape": [2, 2], "strides": [2, 2]}),
    ],
    "branches": [
        ("Conv", ["picture", "W3"], "a", {"pads": [1, 1, 1, 1]}),
        ("AveragePool", ["picture"], "b", {"kernel_shape": [5, 5], "pads": [2, 2, 2, 2]}),
        ("Add", ["a", "b"], "c", {}),
        ("Concat", ["c", "a"], "out", {"axis": 1}),
    ],
}  # fmt: skip


UNEVEN = ("transposed", "nearest", "linear", "linear by a half", "aligned")


@pytest.mark.parametrize("case", CASES)
def test_receptive_fields_are_those_that_changed_pixels_show(tmp_path, case):
    """No pixel outside of the field changes a value; where none is cut off, its edges do."""
    file = tmp_path / "net.onnx"
    height, width = 8, 6
    used = {name for _, taken, _, _ in CASES[case] for name in taken}
    weights = {"W3": W3, "W4": W4, **INTS, **SCALES}
    given = {name: array for name, array in weights.items() if name in used}
    save_onnx(file, CASES[case], given, (1, 1, height, width))
    model = OnnxAdapter(file, None)
    info = model.describe((height, width)).find("out")
    field = info.receptive_field
    assert field is not None
    pictures = np.random.default_rng(2).random((1, height, width, 1)).astype(np.float32)
    before = model.feature_maps("out", pictures).maps
    first, last = np.full((2, *before.shape[:2]), 99), np.full((2, *before.shape[:2]), -99)
    for row in range(height):
        for column in range(width):
            changed = pictures.copy()
            changed[0, row, column] += 10
            where = (model.feature_maps("out", changed).maps != before).any(-1)
            for axis, place in enumerate((row, column)):
                first[axis][where] = np.minimum(first[axis][where], place)
                last[axis][where] = np.maximum(last[axis][where], place)
    reached = set()
    for axis, length in enumerate((height, width)):
        positions = np.indices(before.shape[:2])[axis]
        low = field.start[axis] + np.floor(positions * field.stride[axis])
        high = field.start[axis] + np.ceil(positions * field.stride[axis]) + field.size[axis] - 1
        seen = last[axis] >= 0
        assert (first[axis][seen] >= low[seen]).all()
        assert (last[axis][seen] <= high[seen]).all()
        inside = seen & (low >= 0) & (high < length)
        spans = (last[axis] - first[axis] + 1)[inside]
        if spans.size:
            # A box holds what positions see that do not all see the same.
            reached.add(bool(spans.max() >= field.size[axis] - (case in UNEVEN)))
    assert reached == {True}
