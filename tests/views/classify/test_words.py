"""No class is claimed that the model does not stand for."""

import pytest

from explorer.core.models.prediction import Prediction
from explorer.errors import PictureError
from explorer.views.classify.words import likeness, remark, verdict

PETS = ("cat", "dog")


@pytest.mark.parametrize(
    ("prediction", "headline", "rest"),
    [
        (Prediction("a"), "", ""),
        (Prediction("a", PETS, (0.013, 0.987), novelty=0.4), "dog, 98.7 %", ""),
        (Prediction("a", PETS, (0.3, 0.7)), "dog, 70.0 %", ""),
        (
            Prediction("a", PETS, (0.45, 0.55)),
            "dog or cat?",
            "The model is undecided: dog, 55.0 %; cat, 45.0 %.",
        ),
        (
            Prediction("a", PETS, (0.5, 0.5)),
            "cat or dog?",
            "The model is undecided: cat, 50.0 %; dog, 50.0 %.",
        ),
        (
            Prediction("a", PETS, (0.971, 0.029), novelty=1.3),
            "Does not look like a cat or a dog",
            "Of its classes the model finds this one the likeliest: cat, 97.1 %.",
        ),
        (
            Prediction("a", tuple(map(str, range(9))), (0.2, *[0.1] * 8), novelty=2.0),
            "Does not look like anything that this model was trained on",
            "Of its classes the model finds this one the likeliest: 0, 20.0 %.",
        ),
        (
            Prediction("a", PETS, (0.02, 0.98), novelty=0.97),
            "dog?",
            "It looks only a little like the training pictures. "
            "Of its classes the model finds this one the likeliest: dog, 98.0 %.",
        ),
        (Prediction("a", PETS, (0.02, 0.98), novelty=0.85), "dog, 98.0 %", ""),
        (
            Prediction("a", PETS, (0.45, 0.55), novelty=0.97),
            "dog or cat?",
            "The model is undecided: dog, 55.0 %; cat, 45.0 %.",
        ),
        (Prediction("a", ("cat",), (1.0,)), "cat, 100.0 %", ""),
        (
            Prediction("a", error=PictureError.not_opened("a", "the file is empty")),
            "The file is empty.",
            "",
        ),
    ],
)
def test_a_prediction_in_words(prediction: Prediction, headline: str, rest: str) -> None:
    assert verdict(prediction).replace("\u00a0", " ") == headline
    assert remark(prediction).replace("\u00a0", " ") == rest


def test_what_is_not_known_is_said() -> None:
    assert likeness(Prediction("a")) == ""
    assert likeness(Prediction("a", PETS, (0.5, 0.5))).endswith("is not known.")
    assert ": 0.42 (limit 1)" in likeness(Prediction("a", PETS, (0.5, 0.5), novelty=0.42))
    near, far = (Prediction("a", PETS, (0.5, 0.5), novelty=one) for one in (0.4, 1.2))
    assert likeness(near, "It tells little.").endswith(": 0.40 (limit 1). It tells little.")
    assert likeness(far, "It tells little.").endswith(": 1.20 (limit 1).")
