"""What the Classify page asks, by the classes of the model."""

import pytest

from explorer.views.classify.page import ask_which


@pytest.mark.parametrize(
    ("classes", "question"),
    [
        ((), "What does the picture show?"),
        (("cat",), "Is it a cat?"),
        (("cat", "dog"), "Is it a cat or a dog?"),
        (("apple", "pear"), "Is it an apple or a pear?"),
        (("Igel", "glass"), "Is it an Igel or a glass?"),
        (("cats", "dogs"), "Which is it: cats or dogs?"),
        (("ant", "bee", "cat"), "Which is it: ant, bee or cat?"),
        (tuple(map(str, range(1_000))), "Which of 1,000 classes is it?"),
    ],
)
def test_the_question_names_the_classes(classes: tuple[str, ...], question: str) -> None:
    assert ask_which(classes) == question
