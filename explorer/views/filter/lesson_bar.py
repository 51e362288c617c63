"""The lesson that is set on the Filter page."""

from explorer.core.filters.lessons import Lesson
from explorer.state.filter.filter_state import FilterState
from explorer.views.common.lesson_banner import LessonBanner
from explorer.views.filter.commands import list_lessons


class LessonBar(LessonBanner):
    """Shows the lesson that the settings name."""

    def __init__(self, state: FilterState) -> None:
        super().__init__("Close the lesson; the steps are kept")
        self._state = state
        self.lesson: Lesson | None = None
        self.close_wanted.connect(state.close_lesson)
        state.settings_changed.connect(self._show_lesson)
        self._show_lesson()

    def _show_lesson(self) -> None:
        key = self._state.settings.lesson
        if key != ("" if self.lesson is None else self.lesson.key):
            self.lesson = next((one for one in list_lessons() if one.key == key), None)
            if self.lesson is None:
                self.hide()
            else:
                self.show_lesson(self.lesson.title, self.lesson.look_at)
