"""Pictures brought to the size of a stage of training, once for all its epochs."""

import errno
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.core.models.training_config import TrainingConfig
from explorer.ml.data.resize import resize_split
from tests.ml.training.test_loop import Trouble, empty_disk, fill_disk

SMALL = (6, 5)


def make_pictures(count):
    return np.random.default_rng(1).integers(0, 256, (count, 12, 15, 3), np.uint8)


def fit_staged(has_room):
    """Return what was said, the states and the steps of training on smaller pictures at first."""
    import keras

    from explorer.ml.data.splits import Examples, Splits
    from explorer.ml.networks.recipes import Recipe
    from explorer.ml.training.devices import ONE_DEVICE, find_devices
    from explorer.ml.training.loop import TrainingLoop

    class Steps(Trouble):
        def __init__(self):
            super().__init__(None, None)
            self.steps = []

        def step(self, name, done, total):
            self.steps.append((name, done, total))

    keras.utils.set_random_seed(1)
    network = keras.Sequential(
        [
            keras.Input((12, 15, 3)),
            keras.layers.Conv2D(4, 3, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(2, activation="softmax"),
        ]
    )
    pictures = make_pictures(60)
    labels = (pictures.mean((1, 2, 3)) > np.median(pictures.mean((1, 2, 3)))).astype(np.int64)
    config = TrainingConfig(Path(), Path(), epochs=4, batch_size=8, seed=6)
    recipe = Recipe((12, 15), 0.01, lambda count: network, stages=((0.75, SMALL),))
    splits = Splits(np.arange(3, 43), np.arange(43, 53), np.arange(53, 60))
    reporter, states = Steps(), []
    examples, devices = Examples(pictures, labels, splits), find_devices(ONE_DEVICE)
    loop = TrainingLoop(network, recipe, examples, config, devices, reporter)
    if not has_room:
        fill_disk()
    try:
        loop.run(loop.start(), states.append)
    finally:
        empty_disk()
    return reporter.notes, reporter.steps, [state.variables for state in states]


def test_each_picture_of_the_share_is_resized_as_pillow_does():
    pictures, indices = make_pictures(9), np.array([7, 2, 3])
    told = []
    resized = resize_split(pictures, indices, SMALL, told.append)
    assert resized.shape == (3, *SMALL, 3)
    assert told == [3]
    for found, place in zip(resized, indices, strict=True):
        expected = Image.fromarray(pictures[place]).resize((5, 6), Image.Resampling.BILINEAR)
        assert np.abs(found.astype(int) - np.asarray(expected)).max() <= 1
    assert not resized.flags.writeable


def test_without_room_it_says_so_before_it_begins(monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(100, 90, 10))
    told = []
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        resize_split(make_pictures(2), np.arange(2), SMALL, told.append)
    assert told == []


def test_training_resizes_once_and_without_room_takes_the_same_course(in_child):
    notes, steps, expected = in_child(fit_staged, True)
    assert notes == []
    assert steps == [("resizing", 40, 40)]
    notes, _, found = in_child(fit_staged, False)
    assert set(notes) == {
        "There is no disk space for the pictures at 5x6 (file too large): they are resized again "
        "in each epoch."
    }
    for state, peer in zip(found, expected, strict=True):
        for ours, theirs in zip(state, peer, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-7)
