"""A pass over a dataset: every picture that is not known yet is decoded once, by child processes.

What is found out is kept in the catalogue as it comes, so that a pass can be cancelled or killed at
any moment and goes on where it was.
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from explorer import paths
from explorer.background.blocking_worker import BlockingWorker, Stopped
from explorer.core.catalogue.columns import Columns
from explorer.core.catalogue.records import Records
from explorer.core.catalogue.store import Catalogue, FileState, KnownFile, catalogue_key
from explorer.core.datasets.dataset import Dataset
from explorer.core.embedding.novelty import NoveltyStatistics
from explorer.core.files.names import printable_name
from explorer.core.images.read import read_picture_bytes
from explorer.core.model_files.find_out import match_labels
from explorer.core.model_files.kept import content_key
from explorer.core.models.model import Model
from explorer.core.models.requests import OpenModel, SurveyFiles
from explorer.core.models.survey import Surveyed
from explorer.core.models.training_split import TrainingSplit
from explorer.core.training.epochs import run_of_epoch
from explorer.errors import DatasetError, ExplorerError, ModelError, reason_of
from explorer.ml.worker import role_for

FIRST_BATCHES = (2, 4, 8, 16)
"""How many pictures are asked about at first, so that something is seen at once."""
BATCH = 32
MOST_BATCH_S = 0.5
"""How long a thread may be at a batch: those under way are lost where the program is killed."""
MOST_BATCH_BYTES = 64_000_000
TELL_S = 0.3
"""How often what is known is told while it grows."""
_LEAST_PAUSE = 20
"""How many times as long as telling took is paused before it is told again."""

Places = npt.NDArray[np.int64]


class Progress(NamedTuple):
    """How far a pass is.

    Attributes
    ----------
    done, total : int
        Pictures; those that were known before count as done.
    rate : float
        Pictures a second, 0 while nothing was measured.
    left_s : float or None
        How long the rest takes at that rate.
    """

    done: int
    total: int
    rate: float = 0.0

    @property
    def left_s(self) -> float | None:
        """How many seconds the rest takes at that rate; None while it is not known."""
        return (self.total - self.done) / self.rate if self.rate > 0 else None


class Known(NamedTuple):
    """What a finished pass knows: see `Columns`, `Records.embeddings`, and what went wrong."""

    columns: Columns
    embeddings: npt.NDArray[np.float16] | None
    notices: tuple[str, ...]


def survey_files(
    model: Model, dataset: Dataset, progressed: Callable[[Progress], None] = lambda progress: None
) -> Known:
    """Run a pass and wait for its end; what the catalogue knows is not done again.

    Raises
    ------
    ExplorerError
        The model cannot be opened, or ends every process that opens it.
    """
    survey = Survey(dataset, model)
    try:
        survey.load()
        survey.load_embeddings()
        survey.run(progressed=progressed)
        return Known(survey.columns(), survey.embeddings, tuple(survey.notices))
    finally:
        survey.close()


class Survey:
    """A pass over a dataset with a model, and what is known of it.

    `load`, `load_embeddings`, `run` and `close` take long, and are called from one thread at a
    time; `cancel` from any.

    Attributes
    ----------
    key : str
        What the catalogue is called, from `load` on: it stands for the dataset and the model.
    notices : list of str
        Sentences for the person: of a damaged catalogue, or that nothing can be kept.
    """

    def __init__(self, dataset: Dataset, model: Model) -> None:
        self.dataset = dataset
        self.model = model
        self.key = ""
        self.notices: list[str] = []
        self._catalogue: Catalogue | None = None
        self._states: list[FileState | None] = []
        self._names: list[bytes] = []
        self._known_sizes: set[int] = set()
        self._places_of_facts: dict[bytes, int] = {}
        self._facts = Surveyed.empty(0, len(model.classes))
        self._records: Records | None = None
        self._worker: BlockingWorker | None = None
        self._is_cancelled = False
        self._most = BATCH

    @property
    def embeddings(self) -> npt.NDArray[np.float16] | None:
        """One row for each picture, (n, features) float16; NaN where unknown, None without any."""
        return None if self._records is None else self._records.embeddings

    @property
    def unread_count(self) -> int:
        """How many pictures could not be read so far, which `run` tries again."""
        return 0 if self._records is None else len(self._records.unread)

    @property
    def progress(self) -> Progress:
        """How far it is."""
        done = 0 if self._records is None else self._records.done_count
        return Progress(done, len(self.dataset.samples))

    def columns(self) -> Columns:
        """Return what is known; `load` comes first."""
        return self._loaded.columns()

    def load(self) -> None:
        """Read what the catalogue knows of the pictures whose files are as they were."""
        self._tell_unusable_statistics()
        records = Records.empty(self.model.classes, self._labels(), self._split())
        self._names = _names_within(self.dataset)
        catalogue = self._open_catalogue()
        files = catalogue.files()
        self._places_of_facts, self._facts = catalogue.facts()
        self._known_sizes = {one.state.size for one in files.values()}
        self._states = [_state_of(str(sample.path)) for sample in self.dataset.samples]
        places, rows, failed, errors = [], [], [], []
        for place, (name, state) in enumerate(zip(self._names, self._states, strict=True)):
            known = files.get(name)
            if known is None or known.state != state or not any(known.digest):
                continue
            if known.error:
                failed.append((place, known.digest))
                errors.append(known.error)
            elif known.digest in self._places_of_facts:
                places.append(place)
                rows.append(self._places_of_facts[known.digest])
        self._records = records
        self._take_over(places, rows)
        if failed:
            empty = Surveyed.empty(len(failed), len(self.model.classes), 0, records.figure_count)
            empty.digests[:] = [np.frombuffer(digest, np.uint8) for _, digest in failed]
            records.fill(np.array([place for place, _ in failed]), empty, errors)
        self._note_trouble()

    def load_embeddings(self) -> None:
        """Read the embeddings of the pictures that are known."""
        records = self._loaded
        places_of: dict[bytes, list[int]] = {}
        for place, digest in enumerate(records.found.digests):
            places_of.setdefault(digest.tobytes(), []).append(place)
        for digests, embeddings in self._open_catalogue().embeddings():
            found = [(row, places_of.get(digest, ())) for row, digest in enumerate(digests)]
            rows = [row for row, places in found for _ in places]
            places = [place for _, places in found for place in places]
            records.fill_embeddings(np.array(places, np.int64), embeddings[rows])
        self._note_trouble()

    def run(
        self,
        told: Callable[[Columns], None] | None = None,
        progressed: Callable[[Progress], None] = lambda progress: None,
    ) -> bool:
        """Look at every picture that is not known, and keep what is found out.

        Parameters
        ----------
        told : callable, optional
            Told what is known, at most every `TELL_S`, on this thread.
        progressed : callable
            Told how far it is.

        Returns
        -------
        bool
            Whether it came to the end, and was not cancelled.

        Raises
        ------
        ExplorerError
            The model cannot be opened, or ends every process that opens it; or the folder of the
            pictures is gone.
        """
        records = self._loaded
        records.try_again()
        todo = np.flatnonzero(~records.is_done)
        at_start = records.done_count
        role = role_for(self.model.path)
        threads = (os.cpu_count() or 1) if role == "classifier" else 1
        with suppress(Stopped), BlockingWorker(role, self.model.path, threads=threads) as worker:
            self._worker = worker
            if len(todo):
                self._check_wanted()
                worker.ask(OpenModel(self.model.use))
            started = next_telling = time.monotonic()
            asked: dict[SurveyFiles, list[int]] = {}
            requests = self._batches(todo.tolist(), asked)
            for request, answer in worker.ask_as_answered(requests, most=2 * threads):
                self._check_wanted()
                if isinstance(answer, ExplorerError):
                    raise answer
                assert isinstance(request, SurveyFiles)
                self._take(asked.pop(request), answer)
                now = time.monotonic()
                done = records.done_count
                rate = (done - at_start) / (now - started)
                self._most = max(1, min(BATCH, int(rate / threads * MOST_BATCH_S)))
                if now >= next_telling:
                    progressed(Progress(done, len(records.labels), rate))
                    if told is not None:
                        told(records.columns())
                    spent = time.monotonic() - now
                    next_telling = now + max(TELL_S, _LEAST_PAUSE * spent)
            self._forget_gone()
        self._worker = None
        return not self._is_cancelled

    def renew(self) -> None:
        """Let `run` work again after `cancel`, once it has returned."""
        self._is_cancelled = False

    def cancel(self) -> None:
        """Stop a running pass at once; what is known stays known."""
        self._is_cancelled = True
        worker = self._worker
        if worker is not None:
            worker.stop()

    def close(self) -> None:
        """Close the catalogue."""
        if self._catalogue is not None:
            self._catalogue.close()
            self._catalogue = None

    @property
    def _loaded(self) -> Records:
        if self._records is None:
            self.load()
        assert self._records is not None
        return self._records

    def _check_wanted(self) -> None:
        if self._is_cancelled:
            raise Stopped

    def _open_catalogue(self) -> Catalogue:
        if self._catalogue is None:
            model = self.model
            try:
                content = content_key(model.path)
            except OSError as error:
                raise ModelError.not_opened(model.name, reason_of(error)) from error
            self.key = catalogue_key(
                os.path.realpath(self.dataset.folder),
                content,
                repr((model.preparation, model.outputs, model.classes, model.edits)),
            )
            folder = paths.user_catalogues()
            self._catalogue = Catalogue(folder, self.key, len(model.classes))
            self._note_trouble()
        return self._catalogue

    def _note_trouble(self) -> None:
        notice = "" if self._catalogue is None else self._catalogue.notice
        if notice and notice not in self.notices:
            self.notices.append(notice)

    def _labels(self) -> npt.NDArray[np.int16]:
        try:
            outputs = match_labels(self.model.classes, self.dataset.classes).outputs
        except DatasetError:  # nothing can be compared: the answers can be looked at all the same
            outputs = {}
        labels = (outputs.get(sample.label or "", -1) for sample in self.dataset.samples)
        return np.fromiter(labels, np.int16, len(self.dataset.samples))

    def _split(self) -> TrainingSplit | None:
        try:
            return TrainingSplit.read(run_of_epoch(self.model.path) or self.model.path)
        except ModelError as error:
            self.notices.append(error.sentence)
            return None

    def _tell_unusable_statistics(self) -> None:
        try:
            NoveltyStatistics.read(self.model.path, self.model.card)
        except ModelError as error:
            self.notices.append(error.sentence)

    def _batches(
        self, todo: Sequence[int], asked: dict[SurveyFiles, list[int]]
    ) -> Iterator[SurveyFiles]:
        """Yield requests for pictures whose content is not known; note which they are about."""
        sizes = iter(FIRST_BATCHES)
        most, weight = next(sizes), 0
        batch: list[int] = []
        for place in todo:
            self._check_wanted()
            if self._take_over_moved(place):
                continue
            state = self._states[place]
            batch.append(place)
            weight += 0 if state is None else state.size
            if len(batch) >= most or weight > MOST_BATCH_BYTES:
                yield self._request(batch, asked)
                batch, weight, most = [], 0, min(next(sizes, BATCH), self._most)
        if batch:
            yield self._request(batch, asked)

    def _request(self, batch: list[int], asked: dict[SurveyFiles, list[int]]) -> SurveyFiles:
        files = tuple(self.dataset.samples[place].path for place in batch)
        request = SurveyFiles(self.model.use, files)
        asked[request] = batch
        return request

    def _take_over_moved(self, place: int) -> bool:
        """Take over what is known of a file's content; False where that is not known."""
        state = self._states[place]
        if state is None or state.size not in self._known_sizes:
            return False
        try:
            content = read_picture_bytes(self.dataset.samples[place].path)
        except ExplorerError:
            return False  # the process says why
        digest = hashlib.sha256(content).digest()
        row = self._places_of_facts.get(digest)
        if row is None:
            return False
        self._take_over([place], [row])
        self._keep([place], None, [""])
        return True

    def _take_over(self, places: Sequence[int], rows: Sequence[int]) -> None:
        if not places:
            return
        facts, chosen = self._facts, np.array(rows)
        found = Surveyed(
            facts.digests[chosen],
            facts.probabilities[chosen],
            facts.novelty[chosen],
            facts.embeddings[chosen],
            facts.figures[chosen],
            facts.hashes[chosen],
            {},
        )
        self._loaded.fill(np.array(places), found, [""] * len(places))

    def _take(self, places: list[int], found: Surveyed) -> None:
        """Put in and keep what a process found out."""
        errors = [""] * len(places)
        for at, error in found.errors.items():
            errors[at] = error.to_error().sentence
        if found.errors and not found.digests.any() and not os.path.isdir(self.dataset.folder):
            folder = printable_name(self.dataset.folder)
            raise DatasetError(f"The folder “{folder}” is not there any more.")
        records = self._loaded
        widths = found.probabilities.shape[1], found.figures.shape[1]
        expected = len(self.model.classes), records.figure_count
        if found.count != len(places) or any(
            width not in (0, wanted) for width, wanted in zip(widths, expected, strict=True)
        ):
            raise ModelError(f"“{self.model.name}” gave an answer of another shape.")
        if widths != expected:  # where no picture was read, nobody knows how many there would be
            unknown = Surveyed.empty(found.count, expected[0], 0, expected[1])
            if widths[0] != expected[0]:
                found = replace(found, probabilities=unknown.probabilities)
            if widths[1] != expected[1]:
                found = replace(found, figures=unknown.figures)
        records.fill(np.array(places), found, errors)
        self._keep(places, found, errors)

    def _keep(self, places: list[int], found: Surveyed | None, errors: Sequence[str]) -> None:
        files: dict[bytes, KnownFile] = {}
        for place, error in zip(places, errors, strict=True):
            state = self._states[place]
            if state is not None:
                digest = self._loaded.found.digests[place].tobytes()
                files[self._names[place]] = KnownFile(state, digest, error)
        self._open_catalogue().add(files, found)
        self._note_trouble()

    def _forget_gone(self) -> None:
        catalogue = self._open_catalogue()
        gone = set(catalogue.files()) - set(self._names)
        if gone:
            catalogue.remove(sorted(gone))


def _names_within(dataset: Dataset) -> list[bytes]:
    """Return the paths of the samples within the dataset's folder, as the system has them."""
    prefix = os.path.join(dataset.folder, "")
    return [os.fsencode(str(one.path).removeprefix(prefix)) for one in dataset.samples]


def _state_of(path: str) -> FileState | None:
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return FileState(status.st_size, status.st_mtime_ns)
