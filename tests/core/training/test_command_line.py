"""A training as words, and back from what its run notes."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from explorer.cli.train import parse_arguments
from explorer.core.models.training_config import TrainingConfig
from explorer.core.training.command_line import config_of, places_of, words_of
from explorer.errors import ModelError

FULL = TrainingConfig(
    data=Path("/data/pets"),
    output=Path("/runs/pets"),
    recipe="transfer",
    ratio=0.3,
    seed=7,
    epochs=12,
    batch_size=8,
    patience=3,
    limit=400,
    learning_rate=0.001,
    start_from=(Path("/runs/a"), Path("/runs/b")),
    backbone_weights=Path("/files/weights.h5"),
    layout="class",
    exclude=Path("/files/decisions.csv"),
    relabel=Path("/files/decisions.csv"),
    augmentation=False,
    keep_epochs=1.5,
    precision="bfloat16",
)


@pytest.mark.parametrize("config", [FULL, TrainingConfig(Path("/data/pets"), Path("/runs/pets"))])
def test_the_command_reads_what_was_meant(config: TrainingConfig) -> None:
    request = parse_arguments(words_of(config, resumes=True))
    assert request.config == config
    assert request.resume


def test_a_run_is_gone_on_with_as_it_was_begun() -> None:
    noted = json.loads(json.dumps(FULL.to_json())) | {"data": str(FULL.data), "classes": ["a"]}
    assert config_of(noted, places_of(FULL), FULL.output) == FULL
    moved = Path("/elsewhere/renamed")
    assert config_of(noted, places_of(FULL), moved) == replace(FULL, output=moved)


def test_a_file_that_nobody_knows_the_place_of_is_told() -> None:
    noted = FULL.to_json() | {"data": str(FULL.data)}
    places = {name: each for name, each in places_of(FULL).items() if name != "exclude"}
    with pytest.raises(ModelError, match="--exclude lies"):
        config_of(noted, places, FULL.output)
    with pytest.raises(ModelError, match="damaged"):
        config_of({"data": 3}, {}, FULL.output)
