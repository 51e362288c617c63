"""Classification against one layer worked out in NumPy, from pixels resized by Pillow alone."""

import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from explorer.core.models.card import write_card
from explorer.core.models.model import Model
from explorer.core.models.run_folder import read_run
from explorer.errors import ModelError
from explorer.ml.models.adapter import ModelAdapter
from tests.ml.models.test_keras_model import make_picture, our_prediction, resize_alone
from tests.support.tiny_runs import linear_probabilities

SIZE = (20, 28)
PICTURE_SIZES = ((20, 28), (97, 61), (375, 500), (13, 9), (1, 1))
HUGE_MAPS = (24, 24, 32), (24, 1 << 20, 32)


def litert_prediction(folder, picture):
    from explorer.ml.models.litert import LiteRTAdapter

    run = read_run(folder)
    return LiteRTAdapter(folder, run).classify(picture, Model.of_run(run).use).probabilities


def expected_of(pixels: np.ndarray) -> np.ndarray:
    return linear_probabilities(resize_alone(pixels, *SIZE), 3, seed=7)


@pytest.mark.parametrize("engine", [litert_prediction, our_prediction])
@pytest.mark.parametrize("size", PICTURE_SIZES)
def test_probabilities_equal_the_layer_worked_out_by_hand(in_child, runs, engine, size):
    picture = make_picture(*size, seed=4)
    found = in_child(engine, runs / "linear", picture)
    expected = expected_of(picture)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


def test_that_comparison_would_see_the_usual_mistakes():
    picture = make_picture(97, 61, seed=4)
    right = expected_of(picture)
    nearest = picture[np.arange(20) * 97 // 20][:, np.arange(28) * 61 // 28]
    mistakes = {
        "channels swapped": expected_of(picture[:, :, ::-1]),
        "another resize rule": linear_probabilities(nearest, 3, seed=7),
        "upside down": expected_of(picture[::-1]),
        "mirrored": expected_of(picture[:, ::-1]),
        "classes in another order": right[[1, 2, 0]],
    }
    for name, wrong in mistakes.items():
        assert np.abs(wrong - right).max() > 0.01, name


@pytest.mark.parametrize(
    "outputs", [[np.nan, 0.5], [np.inf, 0.5], [0.2, 0.3, 0.5], [1.5, 0.2], [0.9, -0.1]]
)
def test_outputs_that_are_no_probabilities_are_refused(runs, outputs):
    run = read_run(runs / "tiny")

    class Broken(ModelAdapter):
        format = "broken"

        def predict(self, inputs: np.ndarray) -> np.ndarray:
            return np.array([outputs], np.float32)

    with pytest.raises(ModelError, match=r"“tiny” (gives no usable numbers|returns 3 values)"):
        Broken(run.folder, run).classify(make_picture(9, 9), Model.of_run(run).use)


@pytest.fixture
def copy(runs: Path, tmp_path: Path) -> Path:
    """Return a copy of the tiny run that may be damaged."""
    return Path(shutil.copytree(runs / "tiny", tmp_path / "copy"))


@pytest.mark.parametrize("share", [0, 0.0001, 0.3, 0.9999])
def test_a_litert_file_cut_short_is_refused(in_child, copy, share):
    file = copy / "model.tflite"
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(
        ModelError, match=r"“copy/model.tflite” was not opened: the file is (damaged|empty)\.$"
    ):
        in_child(litert_prediction, copy, make_picture(24, 24))


def test_the_litert_file_of_another_run_is_refused(in_child, copy, runs):
    shutil.copy(runs / "other" / "model.keras", copy / "model.keras")
    shutil.copy(runs / "other" / "card.json", copy / "card.json")  # it names no LiteRT file
    with pytest.raises(ModelError, match=r"“copy/model.tflite” fails its self-check"):
        in_child(litert_prediction, copy, make_picture(24, 24))


def test_a_litert_file_for_other_pictures_is_refused_with_both_sizes(in_child, copy, runs):
    shutil.copy(runs / "linear" / "model.tflite", copy / "model.tflite")
    with pytest.raises(
        ModelError,
        match=r"“copy/model.tflite” was not opened: its input is 28×20, but its card says "
        r"24×24\.$",
    ):
        in_child(litert_prediction, copy, make_picture(24, 24))


def test_a_card_with_another_number_of_classes_is_refused(in_child, copy):
    card = copy / "card.json"
    card.write_text(card.read_text().replace('"dog"', '"dog", "owl"'))
    with pytest.raises(
        ModelError, match="returns 2 values for a picture, but its card lists 3 classes"
    ):
        in_child(litert_prediction, copy, make_picture(24, 24))


def test_after_a_refused_file_a_good_one_still_works(in_child, copy, runs):
    (copy / "model.tflite").write_bytes(b"no model")
    with pytest.raises(ModelError):
        in_child(litert_prediction, copy, make_picture(24, 24))
    assert sum(in_child(litert_prediction, runs / "tiny", make_picture(24, 24))) == pytest.approx(1)


def save_light(folder, *, size=(None, None), outputs=1):
    """Put a model into a run that answers by the mean colours of a picture."""
    import keras
    import tensorflow as tf

    given = keras.Input((None, None, 3))
    colour = keras.layers.GlobalAveragePooling2D()(keras.layers.Rescaling(1 / 255)(given))
    answers = [keras.layers.Dense(2, activation="softmax")(colour) for _ in range(outputs)]
    network = keras.Model(given, answers[0] if outputs == 1 else answers)
    network.save(folder / "model.keras")
    shape = tf.TensorSpec((1, *size, 3), tf.float32)
    function = tf.function(lambda pixels: network(pixels)).get_concrete_function(shape)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function], network)
    (folder / "model.tflite").write_bytes(converter.convert())


def test_a_litert_model_for_pictures_of_any_size_is_refused(in_child, copy):
    forget_golden_outputs(copy)
    in_child(save_light, copy)
    with pytest.raises(ModelError, match=r"was not opened: the size of its input is free"):
        in_child(litert_prediction, copy, make_picture(24, 24))


def test_a_litert_model_with_two_outputs_is_refused(in_child, copy):
    forget_golden_outputs(copy)
    in_child(partial(save_light, size=(24, 24), outputs=2), copy)
    with pytest.raises(ModelError, match=r"was not opened: it has 2 outputs, not one\.$"):
        in_child(litert_prediction, copy, make_picture(24, 24))


def forget_golden_outputs(folder: Path) -> None:
    card = read_run(folder).card
    (folder / "card.json").write_text(write_card(replace(card, golden={})))


def test_a_litert_file_that_would_take_a_gigabyte_is_refused_before_it_does(in_child, copy):
    file = copy / "model.tflite"
    data = file.read_bytes()
    # The shape of the first layer's maps, each length four bytes long.
    before, after = (np.array([1, *lengths], np.int32).tobytes() for lengths in HUGE_MAPS)
    assert before in data
    file.write_bytes(data.replace(before, after))
    with pytest.raises(ModelError, match=r"opened: one of its arrays has 24×1048576×32 val"):
        in_child(litert_prediction, copy, make_picture(24, 24))
