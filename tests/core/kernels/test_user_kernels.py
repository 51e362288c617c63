"""A person's own kernels: kept, listed, renamed, deleted."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explorer.core.kernels.files import filter_from_text, write_kernel
from explorer.core.kernels.presets import find_preset
from explorer.core.kernels.user_kernels import delete, list_kernels, rename, save
from tests.support.hostile_files import as_nobody
from tests.support.refusals import refusal

GX, BOX, GRADIENT = (find_preset(key) for key in ("gx", "box-3x3", "gradient"))


def names(folder):
    return [kept.name for kept in list_kernels(folder).kernels]


def test_a_kernel_is_kept_under_its_name(tmp_path):
    folder = tmp_path / "not" / "yet"
    assert list_kernels(folder).kernels == ()
    saved = save(folder, GX, "  My   edges ")
    assert saved.name == "My edges"
    assert saved.kernels == (replace(GX.kernels[0], name="My edges"),)
    gradient = save(folder, GRADIENT, "both")
    assert gradient.kernels == GRADIENT.kernels
    assert list_kernels(folder).kernels == (gradient, saved)


def test_its_key_names_it_on_the_command_line(tmp_path):
    saved = save(tmp_path, GX, "mine")
    assert filter_from_text(saved.key).filter == saved


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "Type a name"),
        (" \n ", "Type a name"),
        ("a/b", "slash"),
        ("a\\b", "slash"),
        ("../a", "slash"),
        ("a" * 61, "too long"),
        ("a\0b", "cannot be displayed"),
        ("a\ud800b", "cannot be displayed"),
        ("mine", "already"),
        ("MINE", "already"),
        (" mine ", "already"),
        ("ｍine", "already"),
    ],
)
def test_a_name_that_is_none_or_taken_is_refused(tmp_path, name, reason):
    kept = save(tmp_path, GX, "mine")
    other = save(tmp_path, BOX, "other")
    assert reason in refusal(save, tmp_path, BOX, name)
    assert reason in refusal(rename, tmp_path, other, name)
    assert list_kernels(tmp_path).kernels == (kept, other)


@settings(
    deadline=None,
    max_examples=30,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(st.text(st.sampled_from("aA.:*?<>|\"'-_ éß字😀~$%&CON"), min_size=1, max_size=60))
def test_any_name_that_can_be_read_can_be_kept(tmp_path_factory, name):
    folder = tmp_path_factory.mktemp("mine", numbered=True)
    if not name.strip():
        return
    save(folder, GX, name)
    assert names(folder) == [" ".join(name.split())]
    (path,) = folder.iterdir()
    assert path.name.isascii()
    assert not set(path.name) & set('<>:"/\\|?* ')


def test_a_kernel_takes_the_place_of_the_one_with_its_name(tmp_path):
    write_kernel(GX, tmp_path / "copied by hand.json")
    save(tmp_path, GRADIENT, "other")
    name = GX.name.upper()
    replaced = save(tmp_path, BOX, name, is_replacing=True)
    assert replaced.kernels == (replace(BOX.kernels[0], name=name),)
    assert set(names(tmp_path)) == {name, "other"}
    assert replaced in list_kernels(tmp_path).kernels
    assert save(tmp_path, GX, GX.name, is_replacing=True).name == GX.name
    assert len(list(tmp_path.iterdir())) == 2


def test_renaming_moves_a_kernel(tmp_path):
    save(tmp_path, BOX, "blur")
    kept = save(tmp_path, GX, "mine")
    renamed = rename(tmp_path, kept, "yours")
    assert renamed.kernels[0].weights.tolist() == GX.kernels[0].weights.tolist()
    assert names(tmp_path) == ["blur", "yours"]
    assert rename(tmp_path, renamed, "Yours").name == "Yours"
    assert names(tmp_path) == ["blur", "Yours"]
    assert len(list(tmp_path.iterdir())) == 2
    assert "no longer among your kernels" in refusal(rename, tmp_path, kept, "again")


def test_a_deleted_kernel_can_be_saved_again(tmp_path):
    kept = save(tmp_path, GRADIENT, "mine")
    delete(tmp_path, kept)
    assert list_kernels(tmp_path).kernels == ()
    assert "no longer among your kernels" in refusal(delete, tmp_path, kept)
    assert save(tmp_path, kept, kept.name) == kept


def test_a_kernel_from_elsewhere_is_one_of_the_list(tmp_path):
    write_kernel(GX, tmp_path / "copied by hand.json")
    (found,) = list_kernels(tmp_path).kernels
    assert found.name == "Sobel x (Gx)"
    assert "already" in refusal(save, tmp_path, BOX, "sobel X (GX)")
    rename(tmp_path, found, "edges")
    assert names(tmp_path) == ["edges"]
    assert len(list(tmp_path.iterdir())) == 1


def test_what_is_damaged_is_named_and_the_others_are_listed(tmp_path):
    kept = save(tmp_path, GX, "mine")
    (tmp_path / "half.json").write_text('{"name": "half", "kernels": [[[1,')
    (tmp_path / "empty.json").write_text("")
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "note.txt").write_text("1,2")
    damaged = ["empty", "folder", "half"]
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.json")
        damaged.append("pipe")
    kernels, errors = list_kernels(tmp_path)
    assert kernels == (kept,)
    assert [error.sentence.partition("” ")[0] for error in errors] == [
        f"“{name}.json" for name in damaged
    ]


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="this system has other permissions")
def test_a_folder_that_may_not_be_read_is_named(open_folder):
    folder = open_folder / "kernels"
    folder.mkdir(mode=0o300)
    with as_nobody():
        kernels, errors = list_kernels(folder)
    assert kernels == ()
    assert [error.sentence for error in errors] == ["“kernels” was not opened: permission denied."]


def test_a_damaged_kernel_is_moved_aside_by_one_that_takes_its_place(tmp_path):
    path = Path(save(tmp_path, GX, "mine").key)
    for text in ("half", "and half"):
        path.write_text(text)
        saved = save(tmp_path, BOX, "mine")
        assert list_kernels(tmp_path) == ((saved,), ())
    asides = sorted(file for file in tmp_path.iterdir() if file != path)
    assert [file.name for file in asides] == [f"{path.name}.damaged", f"{path.name}.damaged-2"]
    assert [file.read_text() for file in asides] == ["half", "and half"]


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    sentence = refusal(save, tmp_path / "file" / "below", GX, "mine")
    assert "“mine” was not saved" in sentence
    assert list_kernels(tmp_path / "file").kernels == ()
