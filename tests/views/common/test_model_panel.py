"""What a model tells apart is said in a few words, however many classes it has."""

from dataclasses import replace

from explorer.core.models.card import read_card, write_card
from explorer.core.models.model import Model
from explorer.views.common.model_panel import describe_model, name_classes, summarize_model
from tests.ml.training.test_terminal import run_of


def test_few_classes_are_named_and_of_many_the_first() -> None:
    assert name_classes(("cat", "dog")) == "cat or dog"
    assert name_classes(tuple("abcd")) == "a or b or c or d"
    assert name_classes(tuple("abcdefg")) == "7 classes (a, b, c, …)"
    assert len(name_classes(tuple(f"{place:03} {'Nova ' * 50}" for place in range(120)))) < 150


def test_what_is_to_be_doubted_of_its_accuracy_stands_beside_it() -> None:
    doubt = "The test set has no pictures of fox: the accuracy was measured without them."
    run = run_of(("cat", "fox"), warnings=(doubt, "a\nb"))
    run = replace(run, card=read_card(write_card(run.card)))
    assert describe_model(Model.of_run(run), ()).endswith(f"1 parameters. {doubt} a�b")


def test_of_a_model_that_takes_nearly_anything_for_its_classes_that_is_told() -> None:
    run = run_of(("cat", "fox"))
    for noticed, told in ((None, False), (0.9, False), (0.465, True)):
        card = read_card(write_card(replace(run.card, noticed=noticed)))
        text = describe_model(Model.of_run(replace(run, card=card)), ())
        assert ("this model notices only 46.5\N{NO-BREAK SPACE}%: one that" in text) == told


def test_in_a_few_words_it_is_the_accuracy_or_else_the_classes() -> None:
    run = run_of(("cat", "fox"))
    assert summarize_model(Model.of_run(run)).endswith(" accuracy, cat or fox")
    own = replace(Model.of_run(run), card=None, classes=("ash", "beech"))
    assert summarize_model(own) == "ash or beech"
