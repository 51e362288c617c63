"""What is asked of a picture, and what it does not look like, by the classes of the model."""

import pytest

from explorer.core.text.class_words import ask_which, unlike_all

ANYTHING = "anything that this model was trained on"


@pytest.mark.parametrize(
    ("classes", "question", "unlike"),
    [
        ((), "What does the picture show?", ANYTHING),
        (("cat",), "Is it a cat?", "a cat"),
        (("cat", "dog"), "Is it a cat or a dog?", "a cat or a dog"),
        (("apple", "pear"), "Is it an apple or a pear?", "an apple or a pear"),
        (("Igel", "glass"), "Is it an Igel or a glass?", "an Igel or a glass"),
        (("cats", "dogs"), "Which is it: cats or dogs?", "cats or dogs"),
        (("ant", "bee", "cat"), "Which is it: ant, bee or cat?", "an ant, a bee or a cat"),
        (tuple(map(str, range(1_000))), "Which of 1,000 classes is it?", ANYTHING),
    ],
)
def test_the_classes_are_named(classes: tuple[str, ...], question: str, unlike: str) -> None:
    assert ask_which(classes) == question
    assert unlike_all(classes) == f"does not look like {unlike}"
