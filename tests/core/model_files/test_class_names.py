"""Names of classes, from what lies beside a model or a person names."""

from pathlib import Path

import pytest

from explorer.core.layers.architecture import Architecture, TensorSpec
from explorer.core.model_files.class_names import FoundNames, names_beside, read_class_names
from explorer.core.model_files.opening import assume_with_files
from explorer.errors import ModelError

GOOD: dict[str, bytes] = {
    "labels.txt": b"0 cat\n1 dog\n",
    "turned.txt": b"1 dog\n0 cat\n",
    "from one.txt": b"1: cat\n2: dog\n",
    "plain.txt": b"cat\r\ndog\r\n\r\n",
    "marked.txt": b"\xef\xbb\xbfcat\ndog",
    "utf16.txt": "cat\ndog\n".encode("utf-16"),
    "metadata.json": b'{"tfjsVersion": "1.3.1", "labels": ["cat", "dog"], "imageSize": 224}',
    "class_indices.json": b'{"dog": 1, "cat": 0}',
    "index.json": b'{"0": ["n02123045", "cat"], "1": ["n02085620", "dog"]}',
    "config.json": b'{"id2label": {"0": "cat", "1": "dog"}}',
    "list.json": b'["cat", "dog"]',
    "objects.json": b'{"classes": [{"name": "cat"}, {"name": "dog"}]}',
    "numbered.csv": b"index,name\n0,cat\n1,dog\n",
    "named.csv": b"name,index\ndog,1\ncat,0\n",
    "one column.csv": b"class\ncat\ndog\n",
}


@pytest.mark.parametrize("name", GOOD)
def test_every_way_of_writing_names_is_read(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(GOOD[name])
    assert read_class_names(file) == ("cat", "dog")


def test_names_that_begin_with_a_digit_keep_it(tmp_path: Path) -> None:
    file = tmp_path / "labels.txt"
    file.write_text("3 wheels\n4 wheels\n")
    assert read_class_names(file) == ("3 wheels", "4 wheels")


BAD: dict[str, tuple[bytes, str]] = {
    "empty.txt": (b"", "the file is empty"),
    "blank.txt": (b"\n\n", "it has no names"),
    "long.txt": (b"cat\n" + b"a" * 1_000_000, "its name 2 has 1,000,000 characters"),
    "large.txt": (b"a\n" * 1_500_000, "the file is larger than 2 MB"),
    "twice.txt": (b"cat\ndog\ncat\n", "it has “cat” more than once"),
    "bytes.txt": (b"\xff\xfa\x00\x81", "neither UTF-8 nor UTF-16"),
    "broken.json": (b'{"labels": ["cat"', "it is not valid JSON"),
    "gap.json": (b'{"cat": 0, "dog": 2}', "do not count from 0"),
    "numbers.json": (b"[1, 2]", "it is no list of names"),
    "deep.json": (b"[" * 100_000, "it is nested too deeply"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_of_no_use_says_why(tmp_path: Path, name: str) -> None:
    content, reason = BAD[name]
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(ModelError) as caught:
        read_class_names(file)
    assert caught.value.sentence.startswith(f"“{name}” was not opened: ")
    assert reason in caught.value.sentence


def test_names_are_looked_for_beside_a_model_and_in_its_folder(tmp_path: Path) -> None:
    model = tmp_path / "keras_model.h5"
    assert names_beside(model) == FoundNames()
    (tmp_path / "metadata.json").write_text('{"keras_version": "3"}')
    assert names_beside(model) == FoundNames(), "it has no names, and never was to have any"
    (tmp_path / "labels.txt").write_text("0 cat\n1 dog\n")
    assert names_beside(model) == FoundNames(("cat", "dog"), "labels.txt")
    (tmp_path / "keras_model.json").write_text('["hen", "owl"]')
    assert names_beside(model).source == "keras_model.json", "its own comes first"
    folder = tmp_path / "model.savedmodel"
    folder.mkdir()
    assert names_beside(folder).source == "labels.txt"
    (folder / "labels.txt").write_text("hen\nowl\n")
    assert names_beside(folder).names == ("hen", "owl")


@pytest.mark.parametrize(
    ("content", "classes", "origin"),
    [
        ("0 cat\n1 dog\n", ("cat", "dog"), "from “labels.txt”"),
        (
            "cat\ndog\nhen\n",
            ("class 1", "class 2"),
            "numbered: “labels.txt” has 3 names for 2 outputs",
        ),
        (
            "cat\ncat\n",
            ("class 1", "class 2"),
            "numbered: “labels.txt” was not used, since it has “cat” more than once",
        ),
    ],
)
def test_names_that_do_not_fit_become_numbers(
    tmp_path: Path, content: str, classes: tuple[str, ...], origin: str
) -> None:
    (tmp_path / "labels.txt").write_text(content)
    (tmp_path / "model.keras").touch()
    outputs = (TensorSpec("dense", (2,)),)
    architecture = Architecture("Keras", (TensorSpec("input", (8, 8, 3)),), outputs, ())
    found = assume_with_files(tmp_path / "model.keras", architecture)
    assert found.model.classes == classes
    assert found.origins["classes"] == origin
