"""Why the model answers as it does: maps of the evidence for two classes, and what judges them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

from explorer.background.tasks import TaskPool
from explorer.background.worker_process import WorkerProcess
from explorer.core.explanation.judgement import Judgement
from explorer.core.explanation.overlay import Colors, draw_over, limit_of, place_on_photo
from explorer.core.explanation.steps import explain_steps, judge_steps
from explorer.core.files.names import file_name
from explorer.core.files.writing import write_atomically
from explorer.core.images.npy import to_npy
from explorer.core.images.read import Picture
from explorer.core.models.explanations import (
    METHODS,
    Explanation,
    Method,
    grid_of,
    why_no_gradients,
)
from explorer.core.models.model import Model
from explorer.core.models.preparation import Preparation
from explorer.core.models.requests import ClassifyPicture, Probabilities
from explorer.errors import ExplorerError
from explorer.state.network.network_state import NetworkState
from explorer.state.network.steps_run import StepsRun
from explorer.state.shared.notices import Notices
from explorer.state.shared.saving import save
from explorer.state.shared.timers import make_timer

IDLE_MS = 1500
"""How long nothing changes before maps that are quickly made are judged unasked."""

_Wish = tuple[Model, Picture, Method, str, tuple[int, ...]]


class ExplanationState(QObject):
    """Keeps the maps of two classes up to date with the model, the picture and what is chosen.

    Nothing is asked while nobody looks: between `leave` and `enter`.

    Parameters
    ----------
    network : NetworkState
        Tells the model, and the picture as the model sees it.
    worker_for : callable
        Returns the process that runs a model layer by layer.
    classifier_for : callable
        Returns the process that classifies with a model.
    pool : TaskPool
    notices : Notices

    Signals
    -------
    maps_changed()
        `explanation`, `probabilities` or `failure` has another value.
    judgements_changed()
        `judgements` has another value.
    choice_changed()
        `method`, `layer`, `classes`, `opacity`, `colors` or `is_redrawn_shown` has another value.
    progress_changed()
        `share` or `is_judging` has another value.
    """

    maps_changed = Signal()
    judgements_changed = Signal()
    choice_changed = Signal()
    progress_changed = Signal()

    def __init__(
        self,
        network: NetworkState,
        worker_for: Callable[[Model], WorkerProcess],
        classifier_for: Callable[[Model], WorkerProcess],
        pool: TaskPool,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._network = network
        self._worker_for = worker_for
        self._classifier_for = classifier_for
        self._pool = pool
        self._notices = notices
        self._is_active = False
        self._subject: tuple[Model, Picture] | None = None
        self._run: StepsRun[Explanation] | None = None
        self._judging: StepsRun[Judgement] | None = None
        self._is_asking = False
        self._wish: _Wish | None = None
        self.method: Method = "grad-cam"
        """The chosen method."""
        self.layer = ""
        """The chosen layer; empty where it is chosen automatically."""
        self.classes: tuple[int, ...] = ()
        """The classes whose maps are shown; empty until the model has classified the picture."""
        self._has_chosen_classes = False
        self.opacity = 0.6
        """Of the maps over the picture, 0 to 1."""
        self.colors: Colors = "diverging"
        """Of the maps."""
        self.is_redrawn_shown = False
        """Whether the maps with redrawn weights are shown, where there are some."""
        self.probabilities: Probabilities = ()
        """Of each class, for the picture as it is."""
        self.explanation: Explanation | None = None
        """The newest maps; None before the first, or where they failed."""
        self.judgements: dict[int, Judgement] = {}
        """What judges the map of each class, as far as it is known."""
        self.failure = ""
        """Why there are no maps, in one sentence."""
        self._idle = make_timer(self, IDLE_MS, self._judge_quick_ones)
        network.activity_changed.connect(self._on_network)
        network.layers_changed.connect(self._on_layers)

    @property
    def model(self) -> Model | None:
        """The model that is asked."""
        return self._network.model

    @property
    def picture(self) -> Picture | None:
        """The picture as the model sees it, (height, width, 3) uint8."""
        return self._network.input

    @property
    def layers(self) -> list[str]:
        """The names of the layers whose maps have space, in order."""
        return [layer.name for layer in self._network.layers if grid_of(layer) is not None]

    @property
    def is_busy(self) -> bool:
        """Whether maps are on their way."""
        return self._is_active and (self._is_asking or self._run is not None)

    @property
    def is_judging(self) -> bool:
        """Whether a judgement is on its way."""
        return self._judging is not None

    @property
    def share(self) -> float:
        """How much of what is on its way is done, 0 to 1."""
        running = self._run or self._judging
        return 0.0 if running is None else running.share

    @property
    def can_judge(self) -> bool:
        """Whether there are maps that are not judged."""
        return bool(self._not_judged) and not self.is_judging

    @property
    def limit(self) -> float:
        """The value with the last colour, the same for both classes."""
        return 0.0 if self.explanation is None else limit_of(self.explanation.maps)

    def why_not(self, method: Method) -> str:
        """Say why a method cannot explain this model, in one sentence; empty where it can."""
        architecture = self._network.architecture
        if architecture is None or not METHODS[method].needs_gradients:
            return ""
        found = architecture.format
        return "" if found.startswith("Keras") else why_no_gradients(method, found)

    def class_name(self, index: int) -> str:
        """Return what a class is called."""
        names = () if self.model is None else self.model.classes
        return names[index] if index < len(names) else f"class {index}"

    def enter(self) -> None:
        """Begin to ask: somebody looks."""
        self._is_active = True
        self._network.activate()
        self._advance()

    def leave(self) -> None:
        """Stop what nobody looks at."""
        self._is_active = False
        if self._run is not None:
            self._wish = None  # for when somebody looks again
        self._stop()

    def choose_method(self, method: Method) -> None:
        """Explain by another method."""
        if method != self.method and not self.why_not(method):
            self.method = method
            self._choose_anew()

    def choose_layer(self, name: str) -> None:
        """Look at another layer; an empty name leaves the choice to the program."""
        if name != self.layer:
            self.layer = name
            self._choose_anew()

    def choose_class(self, place: int, index: int) -> None:
        """Show another class at the left (0) or at the right (1); the two change places."""
        chosen = list(self.classes)
        if chosen[place] == index:
            return
        if index in chosen:
            chosen[chosen.index(index)] = chosen[place]
        chosen[place] = index
        self.classes = tuple(chosen)
        self._has_chosen_classes = True
        self._choose_anew()

    def set_opacity(self, opacity: float) -> None:
        """Let the maps cover the picture more or less, 0 to 1."""
        self.opacity = opacity
        self.choice_changed.emit()

    def set_colors(self, colors: Colors) -> None:
        """Draw the maps in other colours."""
        self.colors = colors
        self.choice_changed.emit()

    def show_redrawn(self, *, is_wanted: bool) -> None:
        """Show the maps as they are with redrawn weights, or as they are."""
        self.is_redrawn_shown = is_wanted
        self.choice_changed.emit()

    def drawn(self, index: int, picture: Picture) -> Picture:
        """Return a picture with the map of a class over it.

        Parameters
        ----------
        picture : (height, width, 3) uint8
            Of the size of the model's input.
        """
        if self.explanation is None or index not in self.explanation.classes:
            return picture
        size = (picture.shape[0], picture.shape[1])
        values, limit = self.explanation.map_of(index), self.limit
        is_empty = self.explanation.is_rounding(index)
        judgement = self.judgements.get(index)
        if self.is_redrawn_shown and judgement is not None and judgement.redrawn_map is not None:
            values = judgement.redrawn_map
            limit = limit_of(values)  # other weights, other sizes
            is_empty = not limit
        if is_empty:  # zeros would be a veil, and what may be rounding would look like evidence
            return picture
        placed = place_on_photo(values, Preparation(size), size)
        return draw_over(picture, placed, limit=limit, opacity=self.opacity, colors=self.colors)

    def judge(self) -> None:
        """Judge the maps of the classes that are shown, one after the other."""
        self._idle.stop()
        model, picture, explanation = self.model, self.picture, self.explanation
        waiting = self._not_judged
        if self._judging or not waiting or model is None or picture is None or explanation is None:
            return
        index = waiting[0]
        self._judging = StepsRun(
            judge_steps(model.use, picture, explanation, index),
            self._worker_for(model),
            done=lambda found: self._set_judgement(index, found),
            failed=self._fail_judging,
            progressed=self.progress_changed.emit,
        )
        self.progress_changed.emit()

    def stop(self) -> None:
        """Stop what is on its way, maps or judgement."""
        self._stop()
        if self.explanation is None and not self.failure:
            self.failure = "Stopped."
            self.maps_changed.emit()

    def retry(self) -> None:
        """Ask again for what failed or was stopped."""
        self.failure = ""
        self._wish = None
        self._network.retry()
        self._advance()

    @property
    def maps_name(self) -> str:
        """A name for a file of the maps: the picture's and the method's."""
        file = self._network.file
        name = "picture" if file is None else Path(file.name).stem
        return file_name(f"{name} {self.method}")

    def save_maps(self, path: Path) -> None:
        """Write the maps as they are computed, signed, on a thread: (classes, height, width)."""
        explanation = self.explanation
        if explanation is not None:
            save(
                path,
                lambda: _write_maps(path, explanation.maps),
                self._pool,
                self._notices,
            )

    def save_pixels(self, pixels: npt.NDArray[np.uint8], path: Path) -> None:
        """Write a picture on a thread, as a PNG file."""
        self._network.save_pixels(pixels, path)

    @property
    def _not_judged(self) -> list[int]:
        explanation = self.explanation
        if explanation is None or explanation.classes != self.classes:
            return []
        return [index for index in self.classes if index not in self.judgements]

    def _choose_anew(self) -> None:
        self.failure = ""
        self._stop()
        self.choice_changed.emit()
        self._advance()

    def _stop(self) -> None:
        self._idle.stop()
        for running in (self._run, self._judging):
            if running is not None:
                running.stop()
        self._run = self._judging = None
        self.progress_changed.emit()

    def _on_layers(self) -> None:
        """Keep the chosen layer and method only where the model has them."""
        if self.layer and self.layer not in self.layers:
            self.layer = ""
        if self.why_not(self.method):
            self.method = "occlusion"
        self.choice_changed.emit()

    def _on_network(self) -> None:
        model, picture = self.model, self.picture
        subject = None if model is None or picture is None else (model, picture)
        before = self._subject
        is_same = (
            before is not None
            and subject is not None
            and (before[0] == subject[0] and before[1] is subject[1])
        )
        if not is_same and (before is not None or subject is not None):
            if before is None or subject is None or before[0] != subject[0]:
                self._has_chosen_classes = False
            self._subject = subject
            self._forget()
        if self._is_active:
            self._advance()

    def _forget(self) -> None:
        """Drop what is known of another picture or model."""
        self._stop()
        self._wish = None
        self.probabilities, self.explanation, self.failure = (), None, ""
        self.judgements.clear()
        if not self._has_chosen_classes:
            self.classes = ()
        self.maps_changed.emit()
        self.judgements_changed.emit()

    def _advance(self) -> None:
        """Ask for the next thing that the wish lacks."""
        model, picture = self.model, self.picture
        if not self._is_active or self.failure or self._is_asking:
            return
        if model is None or picture is None:
            return
        if model.outputs in ("independent", "other"):  # no class, or any number, is the answer
            self.classes = self.classes or tuple(range(min(2, len(model.classes))))
        elif not self.probabilities:
            self._is_asking = True
            self._classifier_for(model).ask(
                ClassifyPicture(model.use, picture),
                done=lambda found: self._set_probabilities(picture, found.probabilities),
                failed=self._fail,
            )
            self.progress_changed.emit()
            return
        wish = (model, picture, self.method, self.layer, self.classes)
        if self._wish is not None and _are_same(self._wish, wish):
            return
        self._stop()
        self._wish = wish
        has_layer = METHODS[self.method].has_layer
        self._run = StepsRun(
            explain_steps(
                model.use,
                picture,
                self.method,
                self.classes,
                layer=self.layer if has_layer else "",
            ),
            self._worker_for(model),
            done=self._set_explanation,
            failed=self._fail,
            progressed=self.progress_changed.emit,
        )

    def _set_probabilities(self, picture: Picture, found: Probabilities) -> None:
        self._is_asking = False
        if picture is self.picture:
            self.probabilities = found
            if not found and self.model is not None:
                self.failure = f"“{self.model.name}” tells no classes apart that it could explain."
            elif not self._has_chosen_classes:
                best = sorted(range(len(found)), key=lambda index: -found[index])[:2]
                self.classes = tuple(sorted(best)) if len(found) == 2 else tuple(best)
                self.choice_changed.emit()
            self.maps_changed.emit()
        self._advance()

    def _set_explanation(self, found: Explanation) -> None:
        self._run = None
        self.explanation = found
        self.judgements.clear()
        self.maps_changed.emit()
        self.judgements_changed.emit()
        self.progress_changed.emit()
        self._idle.start()

    def _judge_quick_ones(self) -> None:
        if METHODS[self.method].has_layer and self._is_active:
            self.judge()

    def _set_judgement(self, index: int, found: Judgement) -> None:
        self._judging = None
        self.judgements[index] = found
        self.judgements_changed.emit()
        self.progress_changed.emit()
        self.judge()

    def _fail_judging(self, error: ExplorerError) -> None:
        self._judging = None
        self._notices.report(error, topic="network")
        self.progress_changed.emit()

    def _fail(self, error: ExplorerError) -> None:
        self._is_asking, self._run = False, None
        self.explanation, self.failure = None, error.sentence
        self.judgements.clear()
        self.maps_changed.emit()
        self.judgements_changed.emit()
        self.progress_changed.emit()


def _are_same(first: _Wish, second: _Wish) -> bool:
    return first[1] is second[1] and (first[0], *first[2:]) == (second[0], *second[2:])


def _write_maps(path: Path, maps: npt.NDArray[np.float32]) -> None:
    with ExplorerError.when_refused("was not written", path.name):
        write_atomically(path, to_npy(maps))
