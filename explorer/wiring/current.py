"""The current picture and the current model: told to every job, and on the status line."""

from PySide6.QtCore import QObject

from explorer import paths
from explorer.core.files.names import printable_name, shorten_name
from explorer.core.images.read import summarise_notes
from explorer.core.text.class_words import unlike_all
from explorer.core.text.percent import format_percent
from explorer.views.window.main_window import MainWindow
from explorer.wiring.states import States

_STATUS_TEXTS = {
    "asleep": "not started",
    "starting": "starting…",
    "ready": "ready",
    "working": "computing…",
}


class Current(QObject):
    """Tells every job of another picture or model, and says which they are.

    Parameters
    ----------
    states : States
    window : MainWindow
    is_remembered : bool
        Whether a picture that has no file is kept for the next start.
    """

    def __init__(self, states: States, window: MainWindow, *, is_remembered: bool) -> None:
        super().__init__(window)
        self._states = states
        self._window = window
        self._is_remembered = is_remembered
        states.pictures.picture_changed.connect(self._tell_picture)
        states.models.model_changed.connect(self._tell_model)
        states.classify.current_changed.connect(self._show_prediction)
        states.network.status_changed.connect(self._show_process)
        self._show_process()
        self._tell_model()

    def _tell_picture(self) -> None:
        states, window, file = self._states, self._window, self._states.pictures.current
        if file is None:
            return
        states.camera.stop()
        if not states.history.is_under_way:
            for page in window.pages.built.values():
                page.restore_viewport(None)
        states.filter.set_picture(file.picture, file.name, file.path)
        if file.path is not None and file.path not in paths.sample_pictures():
            states.recent.add(file.path)
        if self._is_remembered:
            states.kept.keep(file.picture if file.path is None else None)
        states.network_state.set_picture(file)
        states.preparation_state.set_picture(file.picture)
        states.epochs.set_picture(file)
        states.classify.set_picture(file)
        window.picture_label.setText(f"{shorten_name(file.name)}  {summarise_notes(file)}")
        window.picture_label.setToolTip(printable_name(str(file.path or file.name)))
        if file.notes:
            states.notices.hint(f"“{file.name}”: {'; '.join(file.notes)}.", topic="picture")

    def _tell_model(self) -> None:
        states, model = self._states, self._states.models.current
        if model is not None:
            for worker in (states.classifier, states.network):
                worker.forgive(model.path)
        states.edits_state.set_model(model)
        states.classify.set_model(model)

    def _show_prediction(self) -> None:
        prediction, model = self._states.classify.current, self._states.classify.model
        text = ""
        if model is None:
            text = "no model yet"
        elif prediction is not None and prediction.probability is not None:
            label, name = shorten_name(prediction.label), shorten_name(model.name)
            text = f"{label}, {format_percent(prediction.probability)} ({name})"
            if prediction.is_neither:
                text += f" · {unlike_all(prediction.classes)}"
        self._window.prediction_label.setText(text)

    def _show_process(self) -> None:
        status = _STATUS_TEXTS[self._states.network.status]
        self._window.process_label.setText(f"TensorFlow: {status}")
