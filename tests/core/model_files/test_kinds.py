"""What a path is, by its content: each thing that cannot be opened says why and what to do."""

import io
import pickle
import zipfile
from pathlib import Path

import pytest

from explorer.core.desktop.paths_by_kind import sort_paths
from explorer.core.model_files.kinds import ModelKind, check_kind, is_light, kind_of
from explorer.errors import ModelError
from tests.support.hostile_files import encode, four_colours

HDF5 = b"\x89HDF\r\n\x1a\n" + bytes(100)


def archive(*names: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as written:
        for name in names:
            written.writestr(name, b"{}")
    return content.getvalue()


FILES: dict[str, tuple[bytes, ModelKind, str]] = {
    "model.keras": (archive("metadata.json", "config.json"), ModelKind.KERAS, ""),
    "zip.h5": (archive("config.json"), ModelKind.KERAS, ""),
    "model.h5": (HDF5, ModelKind.HDF5, ""),
    "hdf5.keras": (HDF5, ModelKind.HDF5, ""),
    "model.tflite": (b"\x1c\0\0\0TFL3" + bytes(40), ModelKind.LITERT, ""),
    "renamed.bin.h5": (b"\x1c\0\0\0TFL3" + bytes(40), ModelKind.LITERT, ""),
    "model.onnx": (b"\x08\x07\x12\x07pytorch", ModelKind.ONNX, ""),
    "empty.keras": (b"", ModelKind.EMPTY, "the file is empty"),
    "weights.pt": (archive("weights/data.pkl"), ModelKind.PYTORCH, "torch.onnx.export"),
    "old.pth": (
        b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.",
        ModelKind.PYTORCH,
        "torch.onnx.export",
    ),
    "forest.pkl": (pickle.dumps([1, 2]), ModelKind.PICKLE, "Python pickle"),
    "a.safetensors": (
        (64).to_bytes(8, "little") + b'{"weight":{}}',
        ModelKind.SAFETENSORS,
        "weights but no layers",
    ),
    "model.json": (
        b'{"format": "layers-model", "modelTopology": {"keras_version": "2"}}',
        ModelKind.TENSORFLOW_JS,
        "export it as “Tensorflow”",
    ),
    "config.json": (
        b'{"module": "keras", "class_name": "Sequential", "config": {}}',
        ModelKind.KERAS_CONFIG,
        "layers but no weights",
    ),
    "metadata.json": (
        b'{"tfjsVersion": "1.3.1", "labels": ["cat", "dog"]}',
        ModelKind.METADATA,
        "describes a model and is none",
    ),
    "ckpt-1.index": (b"\0\0\x01", ModelKind.CHECKPOINT, "weights but no layers"),
    "frozen.pb": (b"\n\x05input", ModelKind.FROZEN_GRAPH, "SavedModel folder"),
    "a.mlmodel": (b"\x08\x04\x12\x05", ModelKind.CORE_ML, "Core ML"),
    "llama.gguf": (b"GGUF\3\0\0\0", ModelKind.GGUF, "language model"),
    "page.h5": (b"<!DOCTYPE html><html>", ModelKind.WEB_PAGE, "web page"),
    "big.onnx": (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
        ModelKind.LFS_POINTER,
        "git lfs pull",
    ),
    "notes.keras": (b"loss 0.3 after ten epochs\n", ModelKind.TEXT, "text, not a model"),
    "noise.keras": (b"\x01\x02\xfe\xff" * 40, ModelKind.UNKNOWN, "no model that is known"),
    "pictures.h5": (archive("cats/1.jpg"), ModelKind.ARCHIVE, "holds no Keras model"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_what_it_holds(tmp_path: Path, name: str) -> None:
    content, kind, reason = FILES[name]
    path = tmp_path / name
    path.write_bytes(content)
    assert kind_of(path) is kind
    if not reason:
        assert check_kind(path) is kind
        assert is_light(path) == (kind in (ModelKind.LITERT, ModelKind.ONNX))
        return
    with pytest.raises(ModelError) as caught:
        check_kind(path)
    assert caught.value.sentence.startswith(f"“{name}” was not opened: ")
    assert reason in caught.value.sentence
    assert is_light(path), "no TensorFlow is started to say so"


def test_each_reason_is_a_sentence_of_its_own() -> None:
    reasons = [kind.reason for kind in ModelKind if kind.reason]
    assert len(set(reasons)) == len(reasons)
    assert not [reason for reason in reasons if reason.endswith(".")]


def test_a_picture_with_the_name_of_a_model(tmp_path: Path) -> None:
    path = tmp_path / "cat.keras"
    path.write_bytes(encode(four_colours(), "JPEG"))
    assert kind_of(path) is ModelKind.PICTURE
    assert sort_paths([path]).pictures == (path,)


@pytest.mark.parametrize(
    ("inside", "kind"),
    [
        (["card.json"], ModelKind.RUN),
        (["saved_model.pb"], ModelKind.SAVED_MODEL),
        (["config.json", "model.weights.h5"], ModelKind.UNPACKED_KERAS),
        (["checkpoint", "ckpt-1.index"], ModelKind.CHECKPOINT),
        (["cat.jpg"], ModelKind.FOLDER),
    ],
)
def test_a_folder_is_what_it_holds(tmp_path: Path, inside: list[str], kind: ModelKind) -> None:
    folder = tmp_path / "model.savedmodel"
    folder.mkdir()
    for name in inside:
        (folder / name).write_bytes(b"x")
    assert kind_of(folder) is kind
    found = sort_paths([folder])
    assert (found.folders if kind is ModelKind.FOLDER else found.models) == (folder,)


def test_whatever_may_be_a_model_is_sent_to_the_models(tmp_path: Path) -> None:
    (tmp_path / "without a suffix").write_bytes(HDF5)
    for name, (content, _, _) in FILES.items():
        (tmp_path / name).write_bytes(content)
    found = sort_paths(sorted(tmp_path.iterdir()))
    assert {path.name for path in found.models} == {*FILES, "without a suffix"}


def test_what_is_gone_or_no_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="there is no such file"):
        check_kind(tmp_path / "gone.keras")
