"""What a confined process is handed: models by link or copy, pictures by their bytes."""

import os
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from explorer.background import deliveries as deliveries_module
from explorer.background.deliveries import Deliveries
from explorer.core.models.model_use import ModelUse
from explorer.core.models.requests import REQUESTS, ClassifyContent, ClassifyFile, OpenModel
from explorer.errors import ModelError, PictureError
from tests.support.tiny_runs import make_paper_run


def given_for(deliveries: Deliveries, model: Path) -> Path:
    return deliveries.deliver(OpenModel(ModelUse(model))).model.path


@pytest.fixture
def deliveries(tmp_path: Path) -> Deliveries:
    return Deliveries(tmp_path / "given")


def test_a_run_keeps_its_name_and_comes_without_its_checkpoints(
    deliveries: Deliveries, tmp_path: Path
) -> None:
    run = make_paper_run(tmp_path / "my run")
    (run / "checkpoints").mkdir()
    (run / "checkpoints" / "large.bin").write_text("not needed")
    given = given_for(deliveries, run)
    assert given.name == "my run"
    assert sorted(one.name for one in given.iterdir()) == ["card.json", "model.keras"]
    assert (given / "card.json").samefile(run / "card.json")


def test_a_model_file_brings_the_names_of_its_classes(
    deliveries: Deliveries, tmp_path: Path
) -> None:
    for name in ("cats.h5", "labels.txt", "letter.txt"):
        (tmp_path / name).write_text(name)
    given = given_for(deliveries, tmp_path / "cats.h5")
    assert sorted(one.name for one in given.parent.iterdir()) == ["cats.h5", "labels.txt"]


def test_an_onnx_file_brings_the_weights_that_it_names(
    deliveries: Deliveries, tmp_path: Path
) -> None:
    (tmp_path / "net.onnx").write_bytes(b"\x0a\x08location\x12\x0bweights.bin")
    for name in ("weights.bin", "letter.txt"):
        (tmp_path / name).write_text(name)
    given = given_for(deliveries, tmp_path / "net.onnx")
    assert sorted(one.name for one in given.parent.iterdir()) == ["net.onnx", "weights.bin"]


def test_weights_that_are_a_link_stay_one_which_leads_nowhere_else(
    deliveries: Deliveries, tmp_path: Path
) -> None:
    (tmp_path / "net.onnx").write_bytes(b"weights.bin")
    (tmp_path / "weights.bin").symlink_to("/etc/hostname")
    given = given_for(deliveries, tmp_path / "net.onnx")
    assert (given.parent / "weights.bin").is_symlink()


def test_a_link_to_a_model_brings_weights_that_are_a_link_into_the_same_folder(
    deliveries: Deliveries, tmp_path: Path
) -> None:
    (blobs := tmp_path / "blobs").mkdir()
    (snapshot := tmp_path / "snapshot").mkdir()
    for name, blob in (("net.onnx", "1234"), ("weights.bin", "5678")):
        (blobs / blob).write_bytes(b"weights.bin")
        (snapshot / name).symlink_to(f"../blobs/{blob}")
    given = given_for(deliveries, snapshot / "net.onnx")
    assert (given.parent / "weights.bin").samefile(blobs / "5678")
    assert not (given.parent / "weights.bin").is_symlink()


def test_a_saved_model_brings_all_that_is_below_it(deliveries: Deliveries, tmp_path: Path) -> None:
    (tmp_path / "saved" / "variables").mkdir(parents=True)
    for name in ("saved_model.pb", "variables/variables.index"):
        (tmp_path / "saved" / name).write_text(name)
    given = given_for(deliveries, tmp_path / "saved")
    assert (given / "variables" / "variables.index").read_text() == "variables/variables.index"


def test_where_no_link_can_be_made_a_copy_is(
    deliveries: Deliveries, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*given: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    (file := tmp_path / "cats.tflite").write_bytes(b"weights")
    given = given_for(deliveries, file)
    assert given.read_bytes() == b"weights"
    assert not given.samefile(file)
    monkeypatch.setattr(deliveries_module, "MAX_COPIED_BYTES", 3)
    file.write_bytes(b"more weights")
    with pytest.raises(ModelError, match=r"“cats\.tflite” was not opened: it is larger than"):
        given_for(deliveries, file)


def test_one_that_was_changed_lies_somewhere_else_and_one_that_was_not_stays(
    deliveries: Deliveries, tmp_path: Path
) -> None:
    (file := tmp_path / "cats.tflite").write_bytes(b"weights")
    first = given_for(deliveries, file)
    assert given_for(deliveries, file) == first
    os.utime(file, (1, 1))
    assert given_for(deliveries, file) != first


def test_no_more_than_a_few_are_kept(deliveries: Deliveries, tmp_path: Path) -> None:
    given = []
    for number in range(12):
        (file := tmp_path / f"{number}.tflite").write_bytes(b"weights")
        given.append(given_for(deliveries, file))
    assert [one.exists() for one in given] == [False] * 4 + [True] * 8


def test_links_in_a_folder_are_refused_and_a_link_that_is_opened_is_followed(
    deliveries: Deliveries, tmp_path: Path
) -> None:
    run = make_paper_run(tmp_path / "run")
    (tmp_path / "link").symlink_to(run)
    given = given_for(deliveries, tmp_path / "link")
    assert given.name == "link"
    assert (given / "card.json").samefile(run / "card.json")
    (run / "model.tflite").symlink_to("/etc/passwd")
    with pytest.raises(ModelError, match=r"“run” was not opened: “model\.tflite” in it is a link"):
        given_for(deliveries, run)


@pytest.mark.parametrize(
    ("kind", "words"), [("gone", "no longer exists"), ("pipe", "it is not a regular file")]
)
def test_what_is_no_model_is_a_sentence_with_its_name(
    deliveries: Deliveries, tmp_path: Path, kind: str, words: str
) -> None:
    if kind == "pipe":
        os.mkfifo(tmp_path / kind)
    with pytest.raises(ModelError, match=f"“{kind}” .*{words}"):
        given_for(deliveries, tmp_path / kind)


def test_a_picture_is_sent_by_its_bytes(deliveries: Deliveries, tmp_path: Path) -> None:
    use = ModelUse(make_paper_run(tmp_path / "run"))
    (tmp_path / "cat.jpg").write_bytes(b"pixels")
    request = deliveries.deliver(ClassifyFile(use, tmp_path / "cat.jpg"))
    assert isinstance(request, ClassifyContent)
    assert (request.name, request.content.tobytes()) == ("cat.jpg", b"pixels")
    assert request.content.dtype == np.uint8
    with pytest.raises(PictureError, match=r"“dog\.jpg” was not opened: there is no such file"):
        deliveries.deliver(ClassifyFile(use, tmp_path / "dog.jpg"))


def test_no_request_names_a_file_that_is_not_handed_over() -> None:
    for kind in REQUESTS.values():
        named = [field.name for field in fields(kind) if field.type in (Path, ModelUse)]
        assert named == (["model", "path"] if kind is ClassifyFile else ["model"]), kind
