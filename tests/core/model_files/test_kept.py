"""What a person chose for a model is found again by the content of its file."""

from dataclasses import replace
from pathlib import Path

import pytest

from explorer import paths
from explorer.core.model_files.kept import (
    YOU_CHOSE,
    content_key,
    keep_choices,
    recall,
    with_value,
)
from explorer.core.models.assumptions import Assumed
from explorer.core.models.model import Model
from explorer.core.models.preparation import Preparation

ORIGINS = {"size": "from the file", "scaling": "assumed", "channels": "assumed"}


@pytest.fixture
def model(tmp_path: Path) -> Model:
    file = tmp_path / "model.keras"
    file.write_bytes(b"weights")
    return Model(file, ("class 1", "class 2"), Preparation((32, 32)))


def test_only_what_was_chosen_is_kept_and_comes_back_under_another_name(model: Model) -> None:
    chosen = with_value(with_value(model, "scaling", "signed"), "classes", ("cat", "dog"))
    keep_choices(chosen, ORIGINS | {"scaling": YOU_CHOSE, "classes": YOU_CHOSE})
    other = model.path.rename(model.path.with_name("renamed.h5"))
    found = recall(Assumed(replace(model, path=other, outputs="logits"), ORIGINS))
    assert found.model.preparation == Preparation((32, 32), scaling="signed")
    assert found.model.classes == ("cat", "dog")
    assert found.model.outputs == "logits", "that was not chosen"
    assert found.origins == ORIGINS | {"scaling": YOU_CHOSE, "classes": YOU_CHOSE}


def test_another_model_under_the_same_name_starts_anew(model: Model) -> None:
    keep_choices(with_value(model, "scaling", "unit"), {"scaling": YOU_CHOSE})
    assert recall(Assumed(model, {})).model.preparation.scaling == "unit"
    model.path.write_bytes(b"other weights")
    assert recall(Assumed(model, {})).model.preparation.scaling == "none"


def test_where_nothing_is_chosen_any_more_nothing_is_kept(model: Model) -> None:
    keep_choices(with_value(model, "scaling", "unit"), {"scaling": YOU_CHOSE})
    (file,) = paths.user_models().iterdir()
    assert file.name == f"{content_key(model.path)}.json"
    assert file.stat().st_mode & 0o077 == 0
    keep_choices(model, {})
    assert not file.exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '{"version": 2, "scaling": "unit"}',
        '{"version": 1, "scaling": "wild"}',
        '{"version": 1, "size": [0, 5]}',
        '{"version": 1, "classes": ["one"]}',
    ],
)
def test_a_damaged_file_counts_as_none(model: Model, text: str) -> None:
    keep_choices(with_value(model, "scaling", "unit"), {"scaling": YOU_CHOSE})
    (file,) = paths.user_models().iterdir()
    file.write_text(text)
    assumed = Assumed(model, ORIGINS)
    assert recall(assumed) == assumed


def test_a_folder_is_known_by_all_that_it_holds(tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    (folder / "variables").mkdir(parents=True)
    (folder / "saved_model.pb").write_bytes(b"graph")
    before = content_key(folder)
    (folder / "variables" / "variables.index").write_bytes(b"values")
    assert content_key(folder) != before
