"""The pictures to train on: found, decoded once, split so that nothing learned is asked later."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from explorer.core.datasets.dataset import Dataset
from explorer.core.datasets.left_out import describe_left_out
from explorer.core.datasets.scan import scan_dataset
from explorer.core.datasets.sentences import OTHER_FOLDER, describe_reading
from explorer.core.datasets.split import take_stratified
from explorer.core.files.json_text import JSONError, convert
from explorer.core.files.names import list_names, printable_name
from explorer.core.health.decisions import (
    DECISIONS_FILE,
    Decisions,
    apply_decisions,
    describe_decisions,
    read_for_training,
)
from explorer.core.health.duplicates import find_duplicate_groups, keep_groups_together
from explorer.core.models.card import MAX_CLASSES
from explorer.core.models.run_folder import Run
from explorer.core.models.training_config import TrainingConfig
from explorer.errors import DatasetError, PictureError
from explorer.ml.data.class_weights import class_weights, describe_weights
from explorer.ml.data.decode import DecodedSamples, decode_samples
from explorer.ml.data.reporter import Reporter
from explorer.ml.data.splits import Splits, split_samples

_MOST_CONTRADICTIONS = 5


@dataclass(frozen=True)
class TrainingData:
    """Decoded samples and what each of them serves.

    Attributes
    ----------
    classes : tuple of str
        In the order of the labels.
    decisions
        What was left out and relabelled.
    """

    classes: tuple[str, ...]
    decoded: DecodedSamples
    splits: Splits
    decisions: Decisions


class _SplitSettings(Struct):
    """What a card must say for the pictures to be split again as they were."""

    ratio: float
    seed: int
    limit: int | None
    labels_hash: str | None = None
    layout: str | None = None


def find_pictures(config: TrainingConfig, reporter: Reporter) -> Dataset:
    """Return the pictures of a folder and their labels, none of them opened yet.

    Parameters
    ----------
    reporter : Reporter
        Told of the ways to read a folder that can be understood in several.

    Raises
    ------
    DatasetError
        The folder has no labels, too many, or can be understood in several ways.
    """
    dataset = scan_dataset(config.data, layout=config.layout)
    _check_layout(dataset, config, reporter)
    _check_names(dataset, config)
    return dataset


def _check_layout(dataset: Dataset, config: TrainingConfig, reporter: Reporter) -> None:
    """See that what the folders and names mean is beyond doubt, or was said; else tell the ways."""
    reading, readings = dataset.reading, dataset.readings
    assert reading is not None
    assert readings is not None
    is_refused = config.layout not in (None, reading.layout)
    possible = [one for one in readings.ranked if len(one.counts) > 1]
    is_in_doubt = config.layout is None and not readings.is_clear and len(possible) > 1
    if not (is_refused or is_in_doubt) and len(dataset.classes) > 1:
        return
    for one in possible:
        reporter.note(f"--layout {one.layout}: {describe_reading(one)}")
    if is_refused:
        raise DatasetError(f"“{config.data}” cannot be read with --layout {config.layout}.")
    if is_in_doubt:
        raise DatasetError(
            f"“{config.data}” can be read in several ways: choose one with --layout, as listed, "
            f"or {OTHER_FOLDER} instead."
        )
    found = f"only one class, {dataset.classes[0]}" if dataset.classes else "no labels"
    raise DatasetError(
        f"“{config.data}” has {found}: name files like cat.1.jpg, or give each class a folder"
        + (", or choose a --layout as listed." if possible else ".")
    )


def _check_names(dataset: Dataset, config: TrainingConfig) -> None:
    """See that a card can hold the classes: not too many, and each by a name that can be read."""
    if len(dataset.classes) > MAX_CLASSES:
        raise DatasetError(
            f"“{config.data}” has {len(dataset.classes):,} classes; at most {MAX_CLASSES:,} are "
            "supported."
        )
    name, count = Counter(map(printable_name, dataset.classes)).most_common(1)[0]
    if count > 1:
        raise DatasetError(
            f"“{config.data}” has {count} classes that are all shown as “{name}”, since their "
            "names are not valid text: rename them."
        )


def load_data(
    dataset: Dataset,
    config: TrainingConfig,
    size: tuple[int, int],
    reporter: Reporter,
    cache: Path | None,
) -> TrainingData:
    """Limit, decode and split labelled pictures.

    Parameters
    ----------
    dataset : Dataset
        From `find_pictures`.
    size : (int, int)
        Height and width to bring each picture to, in pixels.
    reporter : Reporter
        Told of each file that is left out, of duplicates and of the size of each split.
    cache : Path or None
        As for `decode_samples`.

    Raises
    ------
    DatasetError
        There are too few pictures, or decisions are about others.
    """
    assert dataset.reading is not None
    reporter.note(f"{dataset.reading.layout}: {describe_reading(dataset.reading)}")
    decisions = read_for_training(config.exclude, config.relabel)
    if decisions:
        dataset = apply_decisions(dataset, decisions)
        reporter.note(f"decisions: {describe_decisions(decisions)}")
    output = config.output.resolve()
    if left_out := [one for one in dataset.left_out if not _is_being_written(one.path, output)]:
        reporter.note(describe_left_out(left_out))
    samples = [sample for sample in dataset.samples if sample.label is not None]
    found = len(samples)
    if config.limit is not None:
        samples = take_stratified(samples, config.limit, config.seed)
    is_limited = len(samples) < found
    decoded = decode_samples(
        samples,
        dataset.classes,
        size,
        lambda step, done: reporter.step(step, done, len(samples)),
        cache=cache,
    )
    for path, reason in decoded.failures:
        reporter.note(PictureError.not_opened(_place(path, config), reason).sentence)
    splits = _split(decoded, config, reporter, is_limited=is_limited)
    classes = tuple(map(printable_name, dataset.classes))
    _check_classes(decoded.labels[splits.train], classes, config, is_limited=is_limited)
    for sentence in splits.describe(decoded.labels, classes):
        reporter.note(sentence)
    for sentence in splits.name_gaps(decoded.labels, classes):
        reporter.note(sentence)
    for sentence in describe_weights(class_weights(decoded.labels[splits.train]), classes):
        reporter.note(sentence)
    return TrainingData(classes, decoded, splits, decisions)


def reload_data(run: Run, data: Path, reporter: Reporter, cache: Path | None) -> TrainingData:
    """Load what a finished run was trained on again, split as it was.

    Raises
    ------
    DatasetError
        The folder has other classes or other pictures.
    """
    try:
        settings = convert(run.card.training, _SplitSettings)
    except JSONError as error:
        raise DatasetError(f"The card of “{run.name}” cannot be used: {error}.") from error
    decisions = run.folder / DECISIONS_FILE if (run.folder / DECISIONS_FILE).exists() else None
    config = TrainingConfig(
        data=data,
        output=run.folder,
        recipe=run.card.recipe,
        ratio=settings.ratio,
        seed=settings.seed,
        limit=settings.limit,
        layout=settings.layout,
        exclude=decisions,
        relabel=decisions,
    )
    # Whether it is in doubt does not matter: the hashes tell.
    dataset = scan_dataset(data, layout=settings.layout)
    found = load_data(dataset, config, run.card.input_size, reporter, cache)
    if found.classes != run.card.classes:
        raise DatasetError(
            f"“{data}” has the classes {list_names(found.classes)}; “{run.name}” was trained on "
            f"{list_names(run.card.classes)}."
        )
    if found.decoded.data_hash != run.card.data_hash:
        raise DatasetError(
            f"“{data}” is not the data that “{run.name}” was trained on: its data_hash is "
            f"{found.decoded.data_hash}, not {run.card.data_hash}."
        )
    # Runs of before labels were looked at have no hash of them.
    if settings.labels_hash not in (None, found.decoded.labels_hash):
        raise DatasetError(
            f"The labels of “{data}” have changed since “{run.name}” was trained on it."
        )
    return found


def _is_being_written(path: Path, output: Path) -> bool:
    """Say whether it is the unfinished run itself, or its lock, inside the pictures."""
    is_named_so = path.stem == output.name and path.suffix in (".partial", ".lock")
    return is_named_so and path.parent.resolve() == output.parent


def _check_classes(
    labels: npt.NDArray[np.int64],
    classes: Sequence[str],
    config: TrainingConfig,
    *,
    is_limited: bool,
) -> None:
    """See that there is something to learn of every class."""
    counts = np.bincount(labels, minlength=len(classes))
    missing = [name for name, count in zip(classes, counts, strict=True) if count == 0]
    if missing and is_limited:
        raise DatasetError(
            f"--limit {config.limit} leaves no training pictures of {list_names(missing)}: use a "
            "greater number, or leave it out."
        )
    if missing:
        raise DatasetError(
            f"“{config.data}” has no training pictures of {list_names(missing)}: add readable "
            "pictures to each class, or remove it."
        )


def _split(
    decoded: DecodedSamples, config: TrainingConfig, reporter: Reporter, *, is_limited: bool
) -> Splits:
    splits = split_samples(decoded.samples, config)
    groups = find_duplicate_groups(decoded.pictures, decoded.digests)
    *parts, moved = keep_groups_together(splits.train, splits.validation, splits.test, groups)
    if groups:
        reporter.note(
            f"{sum(map(len, groups)):,} pictures have a duplicate; {moved:,} of them were moved to "
            "the training set, so that near-duplicates stay in one split"
        )
    for sentence in _name_contradictions(decoded, groups, config):
        reporter.note(sentence)
    splits = Splits(*parts)
    splits.check(config, moved, is_limited=is_limited)
    return splits


def _name_contradictions(
    decoded: DecodedSamples, groups: Iterable[npt.NDArray[np.int64]], config: TrainingConfig
) -> list[str]:
    """Say which near-duplicates have different labels."""
    sentences = []
    for group in groups:
        members = [decoded.samples[place] for place in group]
        labels = {sample.label: sample for sample in reversed(members)}
        if len(labels) > 1:
            names = " and ".join(
                f"“{_place(sample.path, config)}” ({label})"
                for label, sample in reversed(labels.items())
            )
            sentences.append(f"near-duplicates have different labels: {names}")
    rest = len(sentences) - _MOST_CONTRADICTIONS
    if rest > 0:
        have = "group of near-duplicates has" if rest == 1 else "groups of near-duplicates have"
        sentences[_MOST_CONTRADICTIONS:] = [f"{rest:,} more {have} different labels"]
    return sentences


def _place(path: Path, config: TrainingConfig) -> str:
    """Name a file by its place: two folders may have a file of the same name."""
    return printable_name(
        str(path.relative_to(config.data) if path.is_relative_to(config.data) else path)
    )
