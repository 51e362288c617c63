"""One child process with TensorFlow for all tests of `explorer.ml`; the tests' own has none.

Tests hand it functions of their modules, which return plain arrays or raise.
"""

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from explorer.ml.models.formats import load_keras
from tests.support.tiny_runs import TinyRun, make_here

InChild = Callable[..., Any]


@pytest.fixture(scope="package")
def in_child(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InChild]:
    """Return a way to call a function in the child."""
    # What a person has set for other programs: Keras could not even be imported with it.
    home = tmp_path_factory.mktemp("persons")
    keras_home = home / ".keras"
    keras_home.mkdir()
    (keras_home / "keras.json").write_text(
        '{"floatx": "no", "epsilon": 1, "backend": "theano", "image_data_format": "channels_first"}'
    )
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        1, mp_context=context, initializer=prepare_keras, initargs=(home,)
    ) as pool:
        yield lambda function, *arguments: pool.submit(function, *arguments).result()


@pytest.fixture(scope="package")
def runs(tmp_path_factory: pytest.TempPathFactory, in_child: InChild) -> Path:
    """Make a folder of runs.

    "tiny" is the article's network for small pictures, "other" the same with other weights and
    without LiteRT, "article" the whole one, also without; "linear" is one layer for oblong
    pictures whose three classes are in no order.
    """
    folder = tmp_path_factory.mktemp("runs")
    for wish in (
        TinyRun(str(folder / "tiny")),
        TinyRun(str(folder / "other"), seed=2, has_litert=False),
        TinyRun(str(folder / "article"), input_size=(150, 150), has_litert=False),
        TinyRun(
            str(folder / "linear"),
            classes=("zebra", "ant", "cat"),
            input_size=(20, 28),
            network="linear",
            seed=7,
        ),
    ):
        in_child(make_here, wish)
    return folder


def prepare_keras(home: Path) -> None:
    """Import Keras on TensorFlow, quietly and on the processor, as the program's children do."""
    os.environ["HOME"] = str(home)
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    load_keras()
    # Tracing makes so many objects that a tenth of its time went into looking through them.
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)
