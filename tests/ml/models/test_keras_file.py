"""Strangers' `.keras` files are looked into before Keras loads them."""

import copy
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from explorer.errors import ModelError
from explorer.ml.models.keras_file import check_keras_file

DENSE = {
    "module": "keras.layers",
    "class_name": "Dense",
    "config": {"name": "dense", "units": 2, "activation": "softmax"},
    "build_config": {"input_shape": [None, 10]},
}
CONV = {
    "module": "keras.layers",
    "class_name": "Conv2D",
    "config": {"name": "conv", "filters": 10, "kernel_size": [3, 3], "groups": 1},
    "build_config": {"input_shape": [None, 32, 32, 3]},
}
HONEST: dict[str, Any] = {
    "module": "keras",
    "class_name": "Sequential",
    "config": {
        "name": "honest",
        "layers": [
            {"module": "keras.layers", "class_name": "InputLayer",
             "config": {"batch_shape": [None, 32, 32, 3]}},
            CONV,
            {"module": "keras.layers", "class_name": "GlobalAveragePooling2D", "config": {}},
            DENSE,
        ],
    },
}  # fmt: skip
WEIGHTS = bytes(range(256)) * 8


def write(file: Path, config: Any = HONEST, weights: bytes = WEIGHTS, **others: bytes) -> Path:
    text = config if isinstance(config, str) else json.dumps(config)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr("config.json", text)
        archive.writestr("model.weights.h5", weights)
        for name, content in others.items():
            archive.writestr(name, content)
    return file


def changed(change: Callable[[list[Any]], None]) -> Any:
    config = copy.deepcopy(HONEST)
    change(config["config"]["layers"])
    return config


def test_an_honest_file_passes(tmp_path: Path) -> None:
    check_keras_file(write(tmp_path / "model.keras"))
    check_keras_file(write(tmp_path / "model.keras", **{"assets/vocabulary.txt": b"cat"}))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda layers: layers[1]["config"].update(filters=20_000_000), "540 million weights"),
        (lambda layers: layers[1]["config"].update(kernel_size=9000), "million weights"),
        (lambda layers: layers[3]["config"].update(units=10**9), "million weights"),
        (
            lambda layers: layers[0]["config"].update(batch_shape=[None, 20_000, 20_000, 3]),
            "20000×20000×3 values; at most",
        ),
        (
            lambda layers: layers[3]["build_config"].update(input_shape=[None, 40_000, 40_000]),
            "values; at most",
        ),
        (lambda layers: layers[2].update(class_name="Lambda"), "it contains a Lambda layer"),
        (lambda layers: layers[2].update(class_name="TFSMLayer"), "it contains a TFSMLayer layer"),
        (lambda layers: layers[2].update(module="os", class_name="system"), "“os.system”"),
        (
            lambda layers: layers[3]["config"].update(
                activation={"module": "subprocess", "class_name": "run", "config": {}}
            ),
            "“subprocess.run”",
        ),
    ],
)
def test_a_config_that_costs_or_does_more_than_it_shows_is_refused(
    tmp_path: Path, change: Callable[[list[Any]], None], reason: str
) -> None:
    file = write(tmp_path / "model.keras", changed(change))
    with pytest.raises(ModelError, match=reason):
        check_keras_file(file)


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"config": "[" * 100_000}, "its config.json is damaged"),
        ({"config": "{"}, "its config.json is damaged"),
        ({"config": '"' + "a" * 17_000_000 + '"'}, "would unpack to 17 MB"),
        ({"weights": bytes(20_000_000)}, "“model.weights.h5” in it would unpack to 20 MB"),
        ({"../../evil.txt": b"x"}, "not part of a Keras model"),
        ({"run.py": b"x"}, "“run.py”, which is not part of a Keras model"),
    ],
)
def test_an_archive_that_is_none_of_keras_is_refused(
    tmp_path: Path, parts: dict[str, Any], reason: str
) -> None:
    file = write(tmp_path / "model.keras", **parts)
    with pytest.raises(ModelError, match=reason):
        check_keras_file(file)


@pytest.mark.parametrize("length", [0, 10, 500, -30])
def test_what_is_no_archive_or_only_part_of_one_is_damaged(tmp_path: Path, length: int) -> None:
    file = write(tmp_path / "model.keras")
    file.write_bytes(file.read_bytes()[:length])
    with pytest.raises(ModelError, match="the file is damaged or truncated"):
        check_keras_file(file)
