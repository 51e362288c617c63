"""Keras files that hold code are opened as any other: it does not run, and the next file opens."""

import base64
import marshal
import os
import types
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest

from explorer.core.models.card import write_card
from explorer.errors import ModelError
from tests.support.keras_files import changed, write_hdf5, write_keras
from tests.support.tiny_runs import TinyRun, make_card

SIDE = 32  # of what `keras_files` writes


def code_that_writes(marker: Path) -> str:
    """Return a function that writes a file, as Keras keeps the code of a lambda."""
    text = f"lambda x: (open({str(marker)!r}, 'w').close(), x)[1]"
    code = next(
        one for one in compile(text, "x", "eval").co_consts if isinstance(one, types.CodeType)
    )
    return base64.b64encode(marshal.dumps(code)).decode()


def of_code(code: str, marker: Path) -> dict[str, dict[str, Any]]:
    """Return layers that run code, download, or read a file, in the place of the pooling layer."""
    url = marker.as_uri()
    function = {"class_name": "__lambda__", "config": {"code": code, "defaults": None}}
    return {
        "lambda": layer("Lambda", function=function),
        "old lambda": layer("Lambda", None, function=[code, None, None], function_type="lambda"),
        "download": layer("get_file", "keras.utils", origin=url, fname="marker"),
        "unsafe": layer("enable_unsafe_deserialization", "keras.config"),
        "SavedModel": layer("TFSMLayer", filepath=str(marker.parent)),
        "vocabulary": layer("StringLookup", vocabulary="/etc/passwd"),
        "activation": layer("Activation", activation={
            "module": "os", "class_name": "function", "config": "system",
            "registered_name": "system",
        }),
    }  # fmt: skip


def layer(kind: str, module: str | None = "keras.layers", **config: Any) -> dict[str, Any]:
    found = {"class_name": kind, "config": {"name": "strange", **config}}
    return found if module is None else {"module": module, **found, "registered_name": None}


def open_each(files: list[Path]) -> list[str | None]:
    """Open files one after the other in the child; why each was refused."""
    from explorer.ml.models.formats import open_model

    found: list[str | None] = []
    for file in files:
        try:
            outputs = open_model(file).predict(np.zeros((1, SIDE, SIDE, 3), np.float32))
            assert outputs.shape == (1, 2)
            found.append(None)
        except ModelError as error:
            found.append(error.sentence)
    return found


def open_without_links(files: list[Path]) -> list[str | None]:
    """Open files in the child as a confined process does, which may not make links."""
    with patch.object(os, "symlink", side_effect=PermissionError(13, "Permission denied")):
        return open_each(files)


def test_a_file_is_opened_as_what_it_is_whatever_it_is_called(
    in_child: Callable[..., Any], tmp_path: Path
) -> None:
    files = [
        write_hdf5(tmp_path / "as TensorFlow 2.12 writes it.keras"),
        write_hdf5(tmp_path / "model.hdf5"),
        write_keras(tmp_path / "model.h5"),
    ]
    assert in_child(open_without_links, files) == [None, None, None]


def test_a_setting_of_the_wrong_type_is_told_without_pythons_words(
    in_child: Callable[..., Any], tmp_path: Path
) -> None:
    config = changed(lambda entries: entries[1]["config"].__setitem__("filters", "ten"))
    (sentence,) = in_child(open_each, [write_keras(tmp_path / "model.keras", config)])
    reason = "one of its layers has a setting that Keras does not take"
    assert sentence == f"“model.keras” was not opened: {reason}."


def test_the_code_would_do_it(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    code = marshal.loads(base64.b64decode(code_that_writes(marker)))
    assert types.FunctionType(code, {"open": open})(3) == 3
    assert marker.exists()


@pytest.mark.parametrize("write", [write_keras, write_hdf5])
def test_none_of_it_runs_and_the_next_file_opens(
    in_child: Callable[..., Any], tmp_path: Path, write: Callable[..., Path]
) -> None:
    marker = tmp_path / "marker"
    layers = of_code(code_that_writes(marker), marker)
    files = []
    for name, strange in layers.items():
        config = changed(lambda entries, one=strange: entries.__setitem__(2, one))
        files.append(write(tmp_path / f"{name}.keras", config))
    run = tmp_path / "run"
    run.mkdir()
    card = make_card(TinyRun(str(run), input_size=(SIDE, SIDE)), [], parameters=9, multiply_adds=0)
    (run / "card.json").write_text(write_card(replace(card, golden={})))
    (run / "model.keras").write_bytes(files[0].read_bytes())
    *refused, good = in_child(open_each, [*files, run, write(tmp_path / "good.keras")])
    assert good is None
    for file, sentence in zip([*files, run / "model.keras"], refused, strict=True):
        name = file.name if file.parent == tmp_path else "run/model.keras"
        assert sentence is not None, name
        assert sentence.startswith(f"“{name}” was not opened: its layer “strange” ")
    assert not marker.exists()
