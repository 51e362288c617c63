"""Checkpoints: whole or not there, the newest two, whatever happens while one is written."""

import os
import resource
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from explorer.errors import ModelError
from explorer.ml.training.checkpoints import Checkpoint, Checkpoints

ROW = {"epoch": 1.0, "val_loss": 0.5, "val_accuracy": 0.6}
FIRST = Checkpoint(
    epoch=1,
    batch_size=32,
    rate_factor=1.0,
    rows=(ROW,),
    variables=(np.arange(1000, dtype=np.float32), np.array(7, dtype=np.int64)),
    best=(np.ones((3, 2), dtype=np.float32),),
)
SECOND = replace(FIRST, epoch=2, rows=(ROW, {"epoch": 2.0, "val_loss": 0.4, "val_accuracy": 0.6}))
THIRD = replace(
    FIRST, epoch=3, rows=(*SECOND.rows, {"epoch": 3.0, "val_loss": 0.6, "val_accuracy": 0.6})
)


def assert_same(one: Checkpoint | None, other: Checkpoint) -> None:
    assert one is not None
    assert replace(one, variables=(), best=()) == replace(other, variables=(), best=())
    for some, wanted in ((one.variables, other.variables), (one.best, other.best)):
        assert len(some) == len(wanted)
        for array, expected in zip(some, wanted, strict=True):
            assert array.dtype == expected.dtype
            np.testing.assert_array_equal(array, expected)


@given(
    st.lists(arrays(np.float32, array_shapes(min_dims=0, max_dims=4, min_side=0)), max_size=12),
    st.floats(0, 1, exclude_min=True),
)
def test_what_was_saved_comes_back(tmp_path_factory, variables, factor):
    checkpoints = Checkpoints(tmp_path_factory.mktemp("run") / "checkpoints")
    saved = replace(FIRST, variables=tuple(variables), rate_factor=factor)
    checkpoints.save(saved)
    assert_same(checkpoints.load(), saved)


def test_before_the_first_there_is_none(tmp_path):
    assert Checkpoints(tmp_path / "none").load() is None


def test_the_newest_two_stay(tmp_path):
    checkpoints = Checkpoints(tmp_path)
    for state in (FIRST, SECOND, THIRD):
        checkpoints.save(state)
        assert_same(checkpoints.load(), state)
    assert sorted(os.listdir(tmp_path)) == ["epoch-00002.npz", "epoch-00003.npz"]


def test_damaged_ones_of_later_epochs_do_not_push_out_new_ones(tmp_path):
    checkpoints = Checkpoints(tmp_path)
    for number in (3, 4):
        (tmp_path / f"epoch-{number:05}.npz").write_bytes(b"truncated")
    for state in (FIRST, SECOND):
        checkpoints.save(state)
        assert_same(checkpoints.load(), state)
    assert checkpoints.epochs == [1, 2]


@pytest.mark.parametrize("count", [1, 2])
def test_where_all_are_damaged_it_is_said(tmp_path, count):
    for number in range(1, count + 1):
        (tmp_path / f"epoch-{number:05}.npz").write_bytes(b"truncated")
    with pytest.raises(ModelError) as refused:
        Checkpoints(tmp_path).load()
    for number in range(1, count + 1):
        assert f"“epoch-{number:05}.npz”" in refused.value.sentence
    assert f"{'is' if count == 1 else 'are'} damaged" in refused.value.sentence


def test_a_damaged_one_that_is_passed_over_is_named(tmp_path):
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(FIRST)
    os.mkfifo(tmp_path / "epoch-00002.npz")
    notes = []
    assert_same(checkpoints.load(notes.append), FIRST)
    assert notes == ["“epoch-00002.npz” is damaged and was left out."]


def test_of_another_network_it_does_not_fit():
    assert FIRST.fits(SECOND)
    assert not FIRST.fits(replace(SECOND, variables=SECOND.variables[:1]))
    assert not FIRST.fits(replace(SECOND, variables=(np.ones((3, 3)), np.ones(()))))


def test_whatever_byte_is_changed_it_is_whole_or_gives_way(tmp_path):
    checkpoints = Checkpoints(tmp_path)
    small = replace(FIRST, variables=(np.arange(3, dtype=np.float32),), best=())
    checkpoints.save(small)
    checkpoints.save(replace(small, epoch=2))
    file = tmp_path / "epoch-00002.npz"
    content = file.read_bytes()
    for place in range(0, len(content)):
        damaged = bytearray(content)
        damaged[place] ^= 0x11
        file.write_bytes(damaged)
        found = checkpoints.load()
        assert found is not None
        assert found.epoch in (1, 2)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_one_that_is_cut_short_gives_way_to_the_one_before(tmp_path, share):
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(FIRST)
    checkpoints.save(SECOND)
    file = tmp_path / "epoch-00002.npz"
    os.truncate(file, int(share * file.stat().st_size))
    assert_same(checkpoints.load(), FIRST)
    checkpoints.save(SECOND)  # and it can be written again
    assert_same(checkpoints.load(), SECOND)


def test_one_with_a_changed_bit_gives_way_as_well(tmp_path):
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(FIRST)
    checkpoints.save(SECOND)
    file = tmp_path / "epoch-00002.npz"
    content = bytearray(file.read_bytes())
    content[content.index(SECOND.variables[0].tobytes()[400:440])] ^= 1
    file.write_bytes(content)
    assert_same(checkpoints.load(), FIRST)


def test_what_a_killed_writer_left_is_no_checkpoint(tmp_path):
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(FIRST)
    whole = (tmp_path / "epoch-00001.npz").read_bytes()
    (tmp_path / "epoch-00002.tmp").write_bytes(whole[: len(whole) // 2])
    assert_same(checkpoints.load(), FIRST)


def test_where_there_is_no_room_the_older_ones_stay(tmp_path: Path):
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(FIRST)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            checkpoints.save(SECOND)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert os.listdir(tmp_path) == ["epoch-00001.npz"]
    assert_same(checkpoints.load(), FIRST)


def test_the_best_epoch_has_the_highest_accuracy_then_the_least_loss():
    assert [state.best_epoch for state in (FIRST, SECOND, THIRD)] == [1, 2, 2]
    more_right = {"epoch": 4.0, "val_loss": 0.9, "val_accuracy": 0.7}
    assert replace(THIRD, rows=(*THIRD.rows, more_right)).best_epoch == 4
    assert replace(FIRST, rows=()).best_epoch == 0


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_an_overflow_is_seen_in_any_variable(value):
    assert FIRST.is_finite
    assert not replace(FIRST, variables=(*FIRST.variables, np.array([0, value]))).is_finite
