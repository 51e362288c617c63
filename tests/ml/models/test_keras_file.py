"""Strangers' Keras files are looked into before Keras loads them."""

import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from explorer.errors import ModelError
from explorer.ml.models.keras_file import check_keras_file
from tests.support.keras_files import (
    HONEST,
    OLD_SHAPES,
    SHAPES,
    changed,
    hdf5,
    write_hdf5,
    write_keras,
)

Change = Callable[[Any], None]


def layer(kind: str, module: str | None = "keras.layers", **config: Any) -> Change:
    """Return a change that makes the pooling layer another one."""
    entry = {"module": module, "class_name": kind, "config": {"name": "strange", **config}}
    return lambda layers: layers.__setitem__(2, entry)


def refusal(file: Path) -> str:
    with pytest.raises(ModelError) as caught:
        check_keras_file(file)
    return str(caught.value)


def test_honest_files_pass(tmp_path: Path) -> None:
    for file in (
        write_keras(tmp_path / "stored.keras"),
        write_keras(tmp_path / "packed.keras", compression=zipfile.ZIP_DEFLATED),
        write_keras(tmp_path / "assets.keras", **{"assets/vocabulary.txt": b"cat"}),
        write_keras(tmp_path / "zip named.h5"),
        write_hdf5(tmp_path / "old.h5"),
        write_hdf5(tmp_path / "hdf5 named.keras"),
    ):
        found = check_keras_file(file)
        assert found.keras_version == "3.15.1"
        assert [one.shape for one in found.layer_arrays["dense"]] in (
            [(10, 2), (2,)],
            [(2,), (10, 2)],
        )


def test_how_a_model_was_trained_does_not_matter(tmp_path: Path) -> None:
    own = {"class_name": "function", "module": "builtins", "config": "focal_loss"}
    trained = {"compile_config": {"optimizer": "adam", "loss": own}}
    inner = {**HONEST, **trained, "config": {**HONEST["config"], "name": "inner"}}
    config = {**changed(lambda layers: layers.insert(1, inner)), **trained}
    for file in (write_keras(tmp_path / "a.keras", config), write_hdf5(tmp_path / "a.h5", config)):
        assert "focal_loss" not in str(check_keras_file(file).translated)


CODE = {
    "Lambda": (layer("Lambda", function={"class_name": "__lambda__", "config": {"code": "4wEA"}}),
               "its layer “strange” is a Lambda, which holds code that could do anything"),
    "TFSMLayer": (layer("TFSMLayer", filepath="/tmp/x"),
                  "its layer “strange” is a TFSMLayer, which runs another program's SavedModel"),
    "TorchModuleWrapper": (layer("TorchModuleWrapper"), "PyTorch module that was pickled"),
    "os.system": (layer("system", "os"), "a system, of “os”, which is not part of Keras"),
    "eval": (lambda layers: layers[3]["config"].update(
                 activation={"module": "builtins", "class_name": "function", "config": "eval"}),
             "its layer “dense” contains a function eval, which Keras' layers do not have"),
    "eval by its name": (lambda layers: layers[3]["config"].update(activation="eval"),
                         "its layer “dense” contains a function eval, which"),
    "subprocess": (lambda layers: layers[3]["config"].update(
                       activation={"module": "subprocess", "class_name": "run", "config": {}}),
                   "its layer “dense” contains a run, of “subprocess”"),
    "get_file": (layer("get_file", "keras.utils", origin="http://x"),
                 "a get_file, which is not part of Keras"),
    "unsafe": (layer("enable_unsafe_deserialization", "keras.config"),
               "an enable_unsafe_deserialization, which is not part of Keras"),
    "vocabulary": (layer("StringLookup", vocabulary="/etc/passwd"),
                   "is a StringLookup, which would read another file"),
    "custom": (layer("Swin", "my_project.layers"), "a Swin, of “my_project.layers”"),
    "registered": (layer("Custom>Swin", None), "a Custom>Swin, which is not part of Keras"),
    "KerasHub": (layer("ViTBackbone", "keras_hub.src.models.vit"), "part of keras_hub"),
}  # fmt: skip


@pytest.mark.parametrize("name", CODE)
@pytest.mark.parametrize("write", [write_keras, write_hdf5])
def test_what_holds_code_or_is_not_of_keras_is_named(
    tmp_path: Path, name: str, write: Callable[..., Path]
) -> None:
    change, reason = CODE[name]
    assert reason in refusal(write(tmp_path / "model", changed(change)))
    assert "keras" not in sys.modules, "no Keras is needed to say so"


BOMBS: dict[str, tuple[Change, str]] = {
    "filters": (lambda layers: layers[1]["config"].update(filters=20_000_000),
                "its layers need 600 million weights, which are not in the file"),
    "more": (lambda layers: layers[1]["config"].update(filters=2_000_000_000), "60,000 million"),
    "kernel": (lambda layers: layers[1]["config"].update(kernel_size=[9000, 9000]), "810 million"),
    "units": (lambda layers: layers[3]["config"].update(units=10**9), "million weights"),
    "input": (lambda layers: layers[0]["config"].update(batch_shape=[None, 20_000, 20_000, 3]),
              "20000×20000×3 values; at most"),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize("write", [write_keras, write_hdf5])
def test_a_config_that_costs_far_more_than_the_file_holds_is_refused(
    tmp_path: Path, name: str, write: Callable[..., Path]
) -> None:
    change, reason = BOMBS[name]
    assert reason in refusal(write(tmp_path / "model", changed(change)))


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ("[" * 100_000, "is nested too deeply"),
        ('{"a":' * 900 + "1" + "}" * 900, "is nested too deeply"),
        ("{", "is damaged"),
        ("[1]", "is damaged"),
        ('{"class_name": "Sequential", "config": [' + "{}," * 600_000 + "{}]}", "lists more than"),
        ("{}", "it describes no layers"),
    ],
)
def test_a_config_that_is_none_is_refused(tmp_path: Path, config: str, reason: str) -> None:
    assert reason in refusal(write_keras(tmp_path / "model.keras", config))


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"config": '"' + "a" * 17_000_000 + '"'}, "“config.json” in it would unpack to 17 MB"),
        ({"weights": bytes(20_000_000)}, "“model.weights.h5” in it would unpack to 20 MB"),
        ({"../../evil.txt": b"x"}, "“../../evil.txt”, which is not part of a Keras model"),
        ({"/etc/evil.txt": b"x"}, "“/etc/evil.txt”, which is not part of a Keras model"),
        ({"assets/../../evil.txt": b"x"}, "which is not part of a Keras model"),
        ({"assets\\..\\evil.txt": b"x"}, "which is not part of a Keras model"),
        ({"run.py": b"x"}, "“run.py”, which is not part of a Keras model"),
        ({"weights": b"nothing"}, "the file is damaged or truncated"),
    ],
)
def test_an_archive_that_is_none_of_keras_is_refused(
    tmp_path: Path, parts: dict[str, Any], reason: str
) -> None:
    file = write_keras(tmp_path / "model.keras", compression=zipfile.ZIP_DEFLATED, **parts)
    assert reason in refusal(file)


def test_members_that_are_links_or_encrypted_or_there_twice_are_refused(tmp_path: Path) -> None:
    file = write_keras(tmp_path / "link.keras")
    with zipfile.ZipFile(file, "a") as archive:
        link = zipfile.ZipInfo("assets/link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert refusal(file) == "“assets/link” in it is a link"
    file = write_keras(tmp_path / "twice.keras")
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("config.json", "{}")
    assert "two members of the same name" in refusal(file)
    file = write_keras(tmp_path / "secret.keras")
    content = bytearray(file.read_bytes())
    for mark, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        place = content.find(mark)
        content[place + at] |= 1
    file.write_bytes(content)
    assert "it is encrypted" in refusal(file)


@pytest.mark.parametrize("write", [write_keras, write_hdf5])
@pytest.mark.parametrize("part", [0.3, 0.7, 0.95])
def test_a_file_that_was_cut_is_damaged(
    tmp_path: Path, write: Callable[..., Path], part: float
) -> None:
    file = write(tmp_path / "model")
    content = file.read_bytes()
    file.write_bytes(content[: int(part * len(content))])
    assert refusal(file) == "the file is damaged or truncated"


def _external_storage(file: h5py.File) -> None:
    outside = [("/etc/passwd", 0, h5py.h5f.UNLIMITED)]
    file.create_dataset("stolen", shape=(100,), dtype="u1", external=outside)


def _virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout(shape=(4,), dtype="f4")
    layout[:] = h5py.VirtualSource("other.h5", "values", shape=(4,))
    file.create_virtual_dataset("stolen", layout)


def _bomb(file: h5py.File) -> None:
    file.create_dataset("large", shape=(100_000, 100_000), dtype="f4", chunks=(1000, 1000))


def _zeros(file: h5py.File) -> None:
    file.create_dataset("zeros", data=np.zeros(5_000_000, "f4"), compression="gzip")


def _loop(file: h5py.File) -> None:
    group = file.create_group("group")
    group["again"] = group


def _deep(file: h5py.File) -> None:
    file.create_group("/".join("a" * 100))


def _objects(file: h5py.File) -> None:
    file.create_dataset("texts", data=["a", "b"], dtype=h5py.string_dtype())


OF_HDF5: dict[str, tuple[Callable[[h5py.File], None], str]] = {
    "external link": (
        lambda file: file.__setitem__("out", h5py.ExternalLink("/etc/passwd", "/")),
        "“out” in it is a link to another file",
    ),
    "soft link": (
        lambda file: file.__setitem__("soft", h5py.SoftLink("/model_weights")),
        "“soft” in it is a soft link",
    ),
    "external storage": (_external_storage, "“stolen” in it takes its values from another file"),
    "virtual dataset": (_virtual, "“stolen” in it takes its values from another file"),
    "shape bomb": (_bomb, "“large” in it would unpack to 40,000 MB"),
    "zeros": (_zeros, "“zeros” in it would unpack to 20 MB"),
    "loop": (_loop, "“group/again” in it has two names"),
    "deep": (_deep, "its groups are nested too deeply"),
    "objects": (_objects, "“texts” in it holds no numbers"),
}


@pytest.mark.parametrize("name", OF_HDF5)
@pytest.mark.parametrize("is_inside", [True, False])
def test_an_hdf5_file_that_reaches_out_of_itself_or_is_a_bomb(
    tmp_path: Path, name: str, is_inside: bool
) -> None:
    change, reason = OF_HDF5[name]
    if is_inside:
        file = write_keras(tmp_path / "model.keras", weights=hdf5(SHAPES, change=change))
    else:
        file = write_hdf5(tmp_path / "model.h5", change=change)
    assert reason in refusal(file)


def test_weights_alone_and_a_config_alone(tmp_path: Path) -> None:
    weights = tmp_path / "model.weights.h5"
    weights.write_bytes(hdf5(SHAPES))
    assert refusal(weights).startswith("it has weights but no layers: save the whole model")
    config = tmp_path / "config.json"
    config.write_text('{"class_name": "Sequential", "config": {"layers": []}}')
    assert refusal(config).startswith("it has layers but no weights")


def test_texts_that_hdf5_would_look_for_without_end_are_damage(tmp_path: Path) -> None:
    file = write_hdf5(tmp_path / "model.h5")
    content = bytearray(file.read_bytes())
    heap = content.index(b"GCOL")
    content[heap + 24 : heap + 32] = b"\xff" * 8  # the length of the first
    file.write_bytes(content)
    assert refusal(file) == "the file is damaged or truncated"


def test_a_name_that_is_no_text_is_damage(tmp_path: Path) -> None:
    file = write_hdf5(tmp_path / "model.h5")
    file.write_bytes(file.read_bytes().replace(b'"honest"', b'"hon\xf5st"'))
    assert refusal(file) == "its model_config is damaged"
    escaped = write_keras(tmp_path / "model.keras", '{"class_name": "Sequential\\udcf5"}')
    assert refusal(escaped) == "its config.json is damaged"


def test_a_config_in_several_attributes_is_read(tmp_path: Path) -> None:
    """HDF5 attributes have an end at 64 KB: Keras cuts long lists into several."""
    import json

    text = json.dumps(HONEST)

    def cut(file: h5py.File) -> None:
        del file.attrs["model_config"]
        file.attrs["model_config0"] = text[:300]
        file.attrs["model_config1"] = text[300:]

    found = check_keras_file(write_hdf5(tmp_path / "model.h5", change=cut))
    assert len(found.arrays) == len(OLD_SHAPES)
