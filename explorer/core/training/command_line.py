"""The command line of a training, from what it is asked for."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from explorer.core.files.json_text import JSONError, convert
from explorer.core.models.training_config import TrainingConfig
from explorer.errors import ModelError

_FILES = ("exclude", "relabel", "backbone_weights", "start_from")
"""Settings of which a run notes the names alone."""


def words_of(config: TrainingConfig, *, resumes: bool = False) -> list[str]:
    """Return the words behind `convnet-explorer train` that ask for a training.

    Parameters
    ----------
    config : TrainingConfig
        Its paths are absolute.
    resumes : bool
        Whether it is gone on with.
    """
    usual = TrainingConfig(config.data, config.output)
    words = [str(config.data), "--output", str(config.output)]
    for name in TrainingConfig.__dataclass_fields__:
        value = getattr(config, name)
        if name in ("data", "output") or value == getattr(usual, name):
            continue
        option = "--" + name.replace("_", "-")
        if name == "augmentation":
            words.append("--no-augmentation")
        elif isinstance(value, tuple):
            words += [option, *map(str, value)]
        else:
            words += [option, str(value)]
    return [*words, "--resume"] if resumes else words


def places_of(config: TrainingConfig) -> dict[str, tuple[str, ...]]:
    """Return where the files lie that a training is asked to read, by the names of the settings."""
    found = {}
    for name in _FILES:
        value: Path | tuple[Path, ...] | None = getattr(config, name)
        paths = (value,) if isinstance(value, Path) else value
        if paths:
            found[name] = tuple(str(path.absolute()) for path in paths)
    return found


def config_of(
    settings: Mapping[str, Any], places: Mapping[str, Sequence[str]], target: Path
) -> TrainingConfig:
    """Return what a run was asked for, to go on with it.

    Parameters
    ----------
    settings : mapping
        All that its settings.json says.
    places : mapping
        From `places_of`.
    target : Path
        The run folder.

    Raises
    ------
    ModelError
        It cannot be told from that; the sentence says what to do.
    """
    known = {
        name: value
        for name, value in settings.items()
        if name in TrainingConfig.__dataclass_fields__
    }
    known["output"] = str(target)
    for name in _FILES:
        if not known.get(name):
            known.pop(name, None)
        elif name not in places:
            raise ModelError(
                f"“{target.name}” cannot be resumed here: it is not known where the file of "
                f"--{name.replace('_', '-')} lies. Repeat its command in a terminal, with --resume."
            )
        else:
            known[name] = list(places[name]) if name == "start_from" else places[name][0]
    try:
        return convert(known, TrainingConfig)
    except JSONError as error:
        raise ModelError(
            f"“{target.name}” cannot be resumed: its settings.json is damaged ({error})."
        ) from error
