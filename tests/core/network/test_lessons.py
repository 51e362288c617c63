"""The lessons about networks that are shipped: what they name is there, and no number is typed."""

import re
from pathlib import Path

import pytest

from explorer import paths
from explorer.core.models.explanations import METHODS
from explorer.core.network.lessons import (
    NetworkLesson,
    list_network_lessons,
    read_network_lesson,
)
from explorer.errors import ModelError
from explorer.ml.architecture.read import read_architecture

FOLDER = paths.resources() / "lessons" / "network"
LESSONS = list_network_lessons(FOLDER)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_what_a_lesson_names_is_there_and_its_numbers_are_the_networks(
    lesson: NetworkLesson,
) -> None:
    architecture = read_architecture(paths.bundled_models() / lesson.model, (224, 224))
    layer = architecture.find(lesson.layer)
    told = lesson.tell(architecture)
    assert "{" not in told
    if "{layer_parameters}" in lesson.look_at:
        assert f"{layer.parameters:,}" in told
    if "{field}" in lesson.look_at:
        assert layer.receptive_field is not None
    if lesson.method_layer:
        architecture.find(lesson.method_layer)
    if lesson.method:
        assert lesson.method in METHODS
    if lesson.other_model:
        assert (paths.bundled_models() / lesson.other_model).is_dir()
    samples = {path.name for path in paths.sample_pictures()}
    assert lesson.picture in {"", *samples}
    # Sizes of kernels apart, whatever is counted is counted by the program.
    assert not re.search(r"\d{4,}", lesson.look_at)


def test_all_of_them_are_read_and_there_are_at_least_six() -> None:
    assert len(LESSONS) == len(list(FOLDER.glob("*.json"))) >= 6
    assert len({lesson.title for lesson in LESSONS}) == len(LESSONS)


@pytest.mark.parametrize("text", ["", "[]", '{"title": "x"}', '{"title": 1}', "\x00"])
def test_a_damaged_lesson_says_so_and_is_passed_over(tmp_path: Path, text: str) -> None:
    file = tmp_path / "01-x.json"
    file.write_text(text)
    with pytest.raises(ModelError, match="01-x"):
        read_network_lesson(file)
    assert list_network_lessons(tmp_path) == ()
