"""LiteRT files that say or need something unusual; made from one by changing its fields."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from explorer.core.models import messages
from explorer.core.models.requests import DescribeLayers
from explorer.errors import ModelError
from explorer.ml.architecture.read import read_architecture
from explorer.ml.models.formats import open_model

HALF = Path(__file__).parent / "litert" / "half.tflite"
"""As `test_small_formats.make_files` writes it: 16×12×3 to the probabilities of three classes."""
SIZE = (16, 12)
PICTURE = np.zeros((1, *SIZE, 3), np.float32)

Change = Callable[[schema.ModelT], None]


def changed(path: Path, change: Change) -> Path:
    """Write the file with some of its fields changed."""
    model = schema.ModelT.InitFromPackedBuf(HALF.read_bytes(), 0)
    change(model)
    builder = flatbuffers.Builder()
    builder.Finish(model.Pack(builder), b"TFL3")
    path.write_bytes(bytes(builder.Output()))
    return path


def need_flex(model: schema.ModelT) -> None:
    code = model.operatorCodes[model.subgraphs[0].operators[-1].opcodeIndex]
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.CUSTOM
    code.customCode = b"FlexErf"


def test_an_operation_that_litert_lacks_is_named(tmp_path):
    file = changed(tmp_path / "net.tflite", need_flex)
    with pytest.raises(ModelError) as caught:
        open_model(file)
    assert caught.value.sentence == (
        "“net.tflite” was not opened: it needs the operation “FlexErf”, which LiteRT lacks."
    )
    found = read_architecture(file, SIZE)
    assert found.layers[-1].kind == "FlexErf"
    assert found.limits[1] == "It may not run: the operation “FlexErf” is not LiteRT's own."


def return_two(model: schema.ModelT) -> None:
    graph = model.subgraphs[0]
    graph.outputs = [*graph.outputs, graph.operators[1].outputs[0]]


def test_several_outputs_are_no_classes(tmp_path):
    model = open_model(changed(tmp_path / "net.tflite", return_two))
    with pytest.raises(ModelError, match=r"“net.tflite” returns 2 arrays, not one score"):
        model.predict(PICTURE)
    assert model.feature_maps("add_1", PICTURE).maps.shape == (8, 6, 6)


def take_two(model: schema.ModelT) -> None:
    graph = model.subgraphs[0]
    graph.inputs = [*graph.inputs, graph.operators[1].outputs[0]]


def test_several_inputs_are_no_picture(tmp_path):
    file = changed(tmp_path / "net.tflite", take_two)
    with pytest.raises(ModelError, match=r"takes 2 inputs \(“picture” and .*, not one picture"):
        open_model(file).predict(PICTURE)
    assert "not one picture" in read_architecture(file, SIZE).limits[1]


def test_class_names_are_those_that_are_packed_behind_the_model(tmp_path):
    def add_metadata(model: schema.ModelT) -> None:
        model.buffers.append(schema.BufferT())
        model.metadata.append(schema.MetadataT(b"TFLITE_METADATA", len(model.buffers) - 1))

    file = changed(tmp_path / "net.tflite", add_metadata)
    packed = io.BytesIO(file.read_bytes())
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("labels.txt", "cat\ndog\r\n\nfox\n")
    file.write_bytes(packed.getvalue())
    assert read_architecture(file, SIZE).classes == ("cat", "dog", "fox")
    assert open_model(file).predict(PICTURE).shape == (1, 3)
    assert read_architecture(HALF, SIZE).classes == ()


def huge(model: schema.ModelT) -> None:
    model.subgraphs[0].tensors[model.subgraphs[0].operators[0].outputs[0]].shape = [
        1,
        1 << 20,
        999,
        6,
    ]


def out_of_range(model: schema.ModelT) -> None:
    model.subgraphs[0].operators[2].inputs = [12_345]


def empty(model: schema.ModelT) -> None:
    model.subgraphs = []


def cut_weights(model: schema.ModelT) -> None:
    for buffer in model.buffers:
        if buffer.data is not None and len(buffer.data) > 100:
            buffer.data = buffer.data[:7]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (huge, "one of its arrays has 1048576×999×6 values; at most 67 million are allowed"),
        (out_of_range, "the file is damaged: an operation takes what is not there"),
        (empty, "the file is damaged: it has no graph"),
    ],
)
def test_what_is_refused_is_told_with_its_reason(tmp_path, change, reason):
    with pytest.raises(ModelError) as caught:
        open_model(changed(tmp_path / "net.tflite", change))
    assert caught.value.sentence == f"“net.tflite” was not opened: {reason}."


def test_weights_that_are_cut_short_are_told_as_damage(tmp_path):
    file = changed(tmp_path / "net.tflite", cut_weights)
    with pytest.raises(ModelError, match=r"“net.tflite” was not opened: "):
        open_model(file).weights("stem_relu_1")


def test_the_description_is_one_that_can_be_sent():
    model = open_model(HALF)
    found = model.describe(SIZE)
    assert isinstance(found, DescribeLayers.answer_type())
    assert found.inputs[0].name == "picture"


def test_lengths_that_multiply_to_more_than_can_be_sent_are_damage(tmp_path):
    def stretch(model: schema.ModelT) -> None:
        for tensor in model.subgraphs[0].tensors:
            if len(tensor.shape) == 4:
                tensor.shape = [1, 2**31 - 1, 2**31 - 1, 2**31 - 1]

    file = changed(tmp_path / "net.tflite", stretch)
    with pytest.raises(ValueError, match=r"^it has numbers that no network has$"):
        messages.pack(1, messages.VALUE, read_architecture(file, SIZE))
