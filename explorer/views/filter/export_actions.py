"""Keep what the Filter page shows: files, the clipboard, a script that computes it."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from explorer.state.filter.filter_state import FilterState
from explorer.state.shared.notices import Notices
from explorer.views.common.dialogs.save_dialog import SaveKind, ask_where_to_save
from explorer.views.common.images import image_of, pixels_of


class ExportActions(QObject):
    """What the Save and Copy menus of the page do.

    Parameters
    ----------
    state : FilterState
    notices : Notices
    figure : QWidget
        What "the figure as shown" is.
    """

    def __init__(self, state: FilterState, notices: Notices, figure: QWidget) -> None:
        super().__init__(figure)
        self._state = state
        self._notices = notices
        self._figure = figure

    def save_picture(self) -> None:
        """Ask for a file, and write the result into it by the kind chosen."""
        from explorer.core.filters.picture_export import KINDS  # not needed to start

        picture, result = self._state.picture, self._state.result
        if result is None:
            return
        place = ask_where_to_save(
            self._figure,
            "Save picture",
            f"{self._state.result_name}.png",
            [SaveKind(kind.name, kind.suffixes) for kind in KINDS],
        )
        if place is not None:
            # A second start may have brought another picture; of the same one, the newest result
            # has what was being typed, which counts once the field is left.
            if self._state.picture is picture:
                result = self._state.result or result
            path, number = place
            kind = KINDS[number]
            # Another ending was typed on purpose: it decides.
            is_of_kind = path.suffix.lower() in kind.suffixes
            self._state.save(result, path, kind.key if is_of_kind else None)

    def save_figure(self) -> None:
        """Ask for a PNG file, and draw what is seen into it."""
        picture, figure = self._state.picture, self._figure.grab()
        place = ask_where_to_save(
            self._figure, "Save figure", "figure.png", [SaveKind("PNG", (".png",))]
        )
        if place is not None:
            if self._state.picture is picture:  # as above
                figure = self._figure.grab()
            self._state.save_pixels(pixels_of(figure.toImage()), place[0])

    def copy_picture(self) -> None:
        """Put the result as drawn into the clipboard."""
        result = self._state.result
        if result is not None:
            QGuiApplication.clipboard().setImage(image_of(result.shown.pixels))

    def copy_figure(self) -> None:
        """Put what is seen into the clipboard."""
        QGuiApplication.clipboard().setPixmap(self._figure.grab())

    def copy_python(self) -> None:
        """Put a script into the clipboard that computes what is shown."""
        QGuiApplication.clipboard().setText(self._state.snippet())
        self._notices.hint("Copied a Python script that computes this result.")
