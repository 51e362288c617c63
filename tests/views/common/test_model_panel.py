"""What a model tells apart is said in a few words, however many classes it has."""

from explorer.views.common.model_panel import name_classes


def test_few_classes_are_named_and_of_many_the_first() -> None:
    assert name_classes(("cat", "dog")) == "cat or dog"
    assert name_classes(tuple("abcd")) == "a or b or c or d"
    assert name_classes(tuple("abcdefg")) == "7 classes (a, b, c, …)"
    assert len(name_classes(tuple(f"{place:03} {'Nova ' * 50}" for place in range(120)))) < 150
