"""`inspect`: a model's layers as a table and as JSON, without the framework that would run it."""

import json
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from explorer.cli.main import run_command
from tests.ml.models.test_litert_file import changed
from tests.support.onnx_files import save_onnx


@pytest.fixture(autouse=True)
def _bundled(monkeypatch, models_folder):
    monkeypatch.setattr("explorer.paths.bundled_models", lambda: models_folder)


def test_the_layers_of_a_run_are_written_as_json_and_printed(tmp_path, capsys, models_folder):
    out = tmp_path / "tiny.json"
    assert run_command(["inspect", "tiny", "--json", str(out)]) == 0
    assert capsys.readouterr().out == ""
    found = json.loads(out.read_text())
    assert found["format"] == "Keras 3"
    assert found["input"] == {"name": "picture", "shape": [24, 24, 3], "dtype": "float32"}
    assert found["preparation"]["size"] == [24, 24]
    assert found["preparation"]["scaling_inside"] == "Rescaling to −1–1"
    assert found["classes"] == ["cat", "dog"]
    layers = {layer["name"]: layer for layer in found["layers"]}
    first = layers["conv_1"]
    assert (first["kind"], first["output_shape"], first["parameters"]) == (
        "Conv2D",
        [24, 24, 32],
        896,
    )
    assert first["multiply_adds"] == 24 * 24 * 32 * 27
    assert first["receptive_field"] == {"size": [3, 3], "stride": [1, 1]}
    assert layers["pool_1"]["receptive_field"] == {"size": [4, 4], "stride": [2, 2]}
    totals = found["totals"]
    assert totals["parameters"] == sum(layer["parameters"] for layer in found["layers"])
    assert totals["multiply_adds"] == sum(layer["multiply_adds"] for layer in found["layers"])

    # The same of the file alone, as a table.
    assert run_command(["inspect", str(models_folder / "tiny" / "model.keras")]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].startswith("model.keras: Keras 3")
    (row,) = (line for line in printed if line.startswith("conv_1 "))
    assert row.split() == ["conv_1", "Conv2D", "24×24×32", "896", "497,664", "3×3", "/", "1"]
    assert f"{totals['parameters']:,} parameters" in printed[-1]


def test_what_is_no_model_is_one_sentence(tmp_path, capsys):
    (tmp_path / "x.keras").write_bytes(b"PK\x03\x04 but no more")
    assert run_command(["inspect", str(tmp_path / "x.keras")]) == 1
    said = capsys.readouterr().err
    assert said.startswith("“x.keras” was not opened: ")
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("file", "kind", "layer"), [("litert/free.tflite", "CONV_2D", "stem_relu_1"),
                                ("pytorch/residual.onnx", "Conv", "stem")]
)  # fmt: skip
def test_a_model_for_any_size_is_told_at_the_size_that_is_assumed(tmp_path, file, kind, layer):
    out = tmp_path / "net.json"
    models = Path(__file__).parents[1] / "ml" / "models"
    assert run_command(["inspect", str(models / file), "--json", str(out)]) == 0
    found = json.loads(out.read_text())
    assert found["preparation"]["size"] == [224, 224]
    assert found["totals"]["layers_of_unknown_multiply_adds"] == 0
    (stem,) = (one for one in found["layers"] if one["name"] == layer)
    assert (stem["kind"], stem["output_shape"]) == (kind, [112, 112, 6])
    assert stem["receptive_field"]["stride"] == [2, 2]
    assert None not in [one["multiply_adds"] for one in found["layers"]]


def free_the_batch(model: schema.ModelT) -> None:
    """Leave the number of pictures free, as TensorFlow does in what it converts."""
    graph = model.subgraphs[0]
    changing = set(graph.inputs)
    for one in graph.operators:
        if changing.intersection(one.inputs):
            changing.update(one.outputs)
    for tensor in (graph.tensors[index] for index in changing):
        tensor.shapeSignature = [-1, *tensor.shape[1:]]


def test_the_shapes_of_a_model_for_any_number_of_pictures_are_told(tmp_path):
    found = []
    for file in (Path(changed(tmp_path / "one.tflite", lambda _: None)),
                 Path(changed(tmp_path / "any.tflite", free_the_batch))):  # fmt: skip
        out = tmp_path / "net.json"
        assert run_command(["inspect", str(file), "--json", str(out)]) == 0
        found.append(json.loads(out.read_text()))
    for one, other in zip(found[0]["layers"], found[1]["layers"], strict=True):
        assert one == other
        assert one["output_shape"]
    assert found[0]["totals"] == found[1]["totals"]


def test_a_total_that_leaves_out_what_is_unknown_says_so(tmp_path, capsys):
    weights = {"W": np.ones((1, 16, 6), np.float32), "R": np.ones((1, 16, 4), np.float32),
               "D": np.ones((32, 2), np.float32), "as": np.array([1, 32], np.int64)}  # fmt: skip
    operations = [
        ("ReduceMean", ["picture"], "rows", {"axes": [1], "keepdims": 0}),
        ("LSTM", ["rows", "W", "R"], "steps", {"hidden_size": 4}),
        ("Reshape", ["steps", "as"], "row", {}),
        ("MatMul", ["row", "D"], "out", {}),
    ]
    save_onnx(tmp_path / "net.onnx", operations, weights)
    out = tmp_path / "net.json"
    assert run_command(["inspect", str(tmp_path / "net.onnx"), "--json", str(out)]) == 0
    assert json.loads(out.read_text())["totals"]["layers_of_unknown_multiply_adds"] == 1
    capsys.readouterr()
    assert run_command(["inspect", str(tmp_path / "net.onnx")]) == 0
    assert ", at least 64 multiply-adds per picture" in capsys.readouterr().out
