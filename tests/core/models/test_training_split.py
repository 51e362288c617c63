"""Which split a picture was in: written, read again, and read from a stranger."""

from hashlib import sha256
from pathlib import Path

import pytest

from explorer import paths
from explorer.core.models.training_split import TrainingSplit, write_split
from explorer.errors import ModelError


def digest_of(content: str) -> bytes:
    return sha256(content.encode()).digest()


def written(folder: Path, text: str | bytes) -> Path:
    run = folder / "run"
    run.mkdir()
    (run / "split.csv").write_bytes(text.encode() if isinstance(text, str) else text)
    return run


def test_every_picture_is_found_in_its_split_and_no_other_is(tmp_path):
    contents = {"train": ["a", "b", "a"], "validation": ["c"], "test": ["d"]}
    write_split(
        tmp_path, {part: [digest_of(one).hex() for one in all_] for part, all_ in contents.items()}
    )
    split = TrainingSplit.read(tmp_path)
    for part, all_ in contents.items():
        assert {split.part_of(digest_of(one)) for one in all_} == {part}
    assert split.part_of(digest_of("e")) is None
    assert len(split.parts) == 4


def test_a_whole_digest_serves_as_well_as_its_beginning(tmp_path):
    split = TrainingSplit.read(
        written(tmp_path, f"sha256,split\n{digest_of('a').hex()},validation\n")
    )
    assert split.part_of(digest_of("a")) == "validation"
    assert split.part_of(digest_of("a")[:6] + bytes(26)) is None


def test_a_run_without_the_file_says_nothing(tmp_path):
    assert TrainingSplit.read(tmp_path) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the file is empty"),
        ("\xff".encode("latin-1"), "not UTF-8"),
        ("sha,split\n", "does not begin with “sha256,split”"),
        ("sha256,split\n001122334455,training\n", "line 2 is not"),
        ("sha256,split\nxx1122334455,train\n", "line 2 is not"),
        ("sha256,split\n00112233,train\n", "line 2 has a SHA-256 of another length"),
        ("sha256,split\n" + 33 * "00" + ",train\n", "line 2 has a SHA-256 of another length"),
        ("sha256,split\n001122334455,train\n00112233445566,train\n", "line 3 has a SHA-256"),
        ("sha256,split\n001122334455,train\n001122334455,test\n", "line 3 puts a picture into"),
        ("sha256,split\n" + "\n" * 1_000_001, "lists more than 1,000,000"),
    ],
)
def test_what_train_py_does_not_write_is_refused_in_a_sentence(tmp_path, text, reason):
    with pytest.raises(ModelError, match="“run/split.csv” was not opened.*" + reason):
        TrainingSplit.read(written(tmp_path, text))


@pytest.mark.parametrize("name", ["article-cnn", "mobilenet-v2", "scratch-cnn"])
def test_the_included_models_say_what_they_were_trained_on(name):
    split = TrainingSplit.read(paths.bundled_models() / name)
    counts = {part: list(split.parts.values()).count(part) for part in ("train", "test")}
    # As many as there are different files: five stand twice in the training set.
    assert counts == {"train": 14_399, "test": 3_997}
