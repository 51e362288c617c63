"""The Picture and Model menus: filled from the states, whose verbs their choices are."""

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices

from explorer import paths
from explorer.core.files.names import printable_name
from explorer.views.window.main_window import MainWindow
from explorer.wiring.states import States


class SourceMenus(QObject):
    """Connects both menus."""

    def __init__(self, states: States, window: MainWindow) -> None:
        super().__init__(window)
        self._models, self._notices = states.models, states.notices
        recent, models = states.recent, states.models
        pictures, choices = window.picture_menu, window.model_menu
        pictures.set_samples(paths.sample_pictures())
        pictures.recent_wanted.connect(recent.refresh)
        pictures.recent_clear_wanted.connect(recent.clear)
        recent.changed.connect(lambda: pictures.set_recent(recent.paths))
        pictures.set_recent(recent.paths)
        choices.model_wanted.connect(models.choose)
        choices.folder_wanted.connect(self._show_model_folder)
        choices.damaged_wanted.connect(models.open_path)
        models.model_changed.connect(self._list_models)
        self._choices = choices
        self._list_models()

    def _list_models(self) -> None:
        models = self._models
        self._choices.set_runs(models.groups, models.current, models.damaged)

    def _show_model_folder(self) -> None:
        model = self._models.current
        if model is not None:
            # Where no program is known for it, the sentence still says where it is.
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(model.path)))
            where = printable_name(str(model.path))
            self._notices.hint(f"The model “{model.name}” is in “{where}”.", topic="model")
