"""A submission passes a strict reader: every id once, in order, with a probability of dog."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.core.evaluation.submission import choose_class, make_submission
from explorer.core.models.model import Model
from explorer.core.models.prediction import Prediction
from explorer.core.models.preparation import Preparation
from explorer.errors import ModelError, PictureError
from tests.support.submissions import read_strictly

MODEL = Model(Path("pets"), ("cat", "dog"), Preparation((4, 4)))


def answer(name: str, share: float = 0.75) -> Prediction:
    return Prediction(f"test/{name}", MODEL.classes, (1 - share, share))


def failed(name: str) -> Prediction:
    return Prediction(f"test/{name}", error=PictureError.not_opened(name, "it is empty"))


@given(st.sets(st.integers(0, 10**12), min_size=1), st.randoms())
def test_every_id_is_there_once_and_in_order_whatever_the_order_of_the_files(numbers, chance):
    files = [f"{number}.jpg" for number in numbers]
    chance.shuffle(files)
    made = make_submission([answer(file, 0.25) for file in files], MODEL, 1)
    assert read_strictly(made.text) == dict.fromkeys(sorted(numbers), 0.25)
    assert made.remarks == ()


@given(st.floats(0, 1, width=32), st.floats(0, 1, width=32))
def test_a_probability_is_the_models_to_float32_and_has_no_exponent(first, second):
    total = np.float32(first) + np.float32(second)
    shares = (first / total, second / total) if total > 0 else (0.0, 0.0)
    shares = tuple(float(np.float32(share)) for share in shares)
    made = make_submission([Prediction("7.png", MODEL.classes, shares)], MODEL, 1)
    (share,) = read_strictly(made.text).values()
    assert share == pytest.approx(shares[1], abs=1e-6)


def test_what_float32_rounds_to_1_is_written_as_exactly_as_the_other_class():
    made = make_submission([Prediction("7.png", MODEL.classes, (1e-9, 1.0))], MODEL, 1)
    (share,) = read_strictly(made.text).values()
    assert 1 - share == pytest.approx(1e-9, rel=1e-6)


def test_names_that_are_no_numbers_and_numbers_that_come_twice_are_told():
    predictions = [answer("2.jpg"), answer("cat.jpg"), answer("1.png", 0.5), answer("01.jpg")]
    made = make_submission([*predictions, failed("2.png"), answer("٣.png")], MODEL, 1)
    assert read_strictly(made.text) == {1: 0.5, 2: 0.75}
    assert made.remarks == (
        "“cat.jpg” and “٣.png” are left out: their names are no numbers.",
        "“test/01.jpg” is left out: “test/1.png” is submitted for the id 1.",
        "“test/2.png” is left out: “test/2.jpg” is submitted for the id 2.",
    )


def test_files_of_one_id_in_several_folders_are_told_apart_and_one_given_twice_is_one():
    paths = ["/data/pets/a/1.jpg", "/data/pets/b/c/1.jpg", "/data/pets/a/1.jpg", "/data/pets/1.jpg"]
    made = make_submission(
        [Prediction(path, MODEL.classes, (0.5, 0.5)) for path in paths], MODEL, 1
    )
    assert made.remarks == (
        "“b/c/1.jpg” and “1.jpg” are left out: “a/1.jpg” is submitted for the id 1.",
    )
    both = [Prediction(path, MODEL.classes, (0.5, 0.5)) for path in ("pets/1.jpg", "/pets/1.jpg")]
    (remark,) = make_submission(both, MODEL, 1).remarks
    assert remark == "“/pets/1.jpg” is left out: “pets/1.jpg” is submitted for the id 1."
    assert make_submission([answer("1.jpg")] * 2, MODEL, 1).remarks == ()


def test_a_picture_that_cannot_be_read_gets_a_half_and_a_sentence():
    made = make_submission([failed("3.jpg"), answer("1.jpg")], MODEL, 1)
    assert read_strictly(made.text) == {1: 0.75, 3: 0.5}
    assert made.remarks == ("“3.jpg” was not opened: it is empty. 0.5 is written for 3.",)


@pytest.mark.parametrize(
    ("classes", "name", "output"),
    [
        (("dog", "cat"), None, 0),
        (("Cats", "Dogs"), None, 1),
        (("ant", "bee"), None, 1),
        (("ant", "bee", "DOG"), None, 2),
        (("ant", "bee"), "Ant", 0),
    ],
)
def test_the_class_is_dog_or_the_second_of_two_or_the_one_that_is_named(classes, name, output):
    assert choose_class(Model(Path("m"), classes, Preparation((4, 4))), name) == output


@pytest.mark.parametrize(
    ("classes", "name", "said"),
    [
        (("ant", "bee", "cow"), None, "has no class “dog”; name one of its own: ant, bee and cow."),
        (("ant", "bee"), "dog", "“m” has no class “dog”"),
        ((), None, "tells no classes apart"),
    ],
)
def test_without_such_a_class_a_sentence_says_so(classes, name, said):
    with pytest.raises(ModelError, match=re.escape(said)):
        choose_class(Model(Path("m"), classes, Preparation((4, 4))), name)
