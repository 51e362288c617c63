"""What the Filter page notes for the next start: its settings, and how its tools lie."""

from dataclasses import dataclass

from explorer.core.files.json_text import JSONError, read_json, write_json
from explorer.core.filters import document, panel_layout
from explorer.core.filters.panel_layout import PanelLayout
from explorer.core.filters.settings import FilterSettings
from explorer.errors import KernelError
from explorer.state.filter.filter_state import FilterState
from explorer.state.shared.notices import Notices


@dataclass(frozen=True)
class FilterMemory:
    """Both as texts; empty stands for "as on the first start".

    Attributes
    ----------
    settings : str
        As `document.to_json` writes them.
    layout : str
        As `panel_layout.to_json` writes it.
    """

    settings: str = ""
    layout: str = ""

    @classmethod
    def of(cls, settings: FilterSettings, layout: PanelLayout) -> "FilterMemory":
        """Return what stands for these values."""
        return cls(document.to_json(settings), panel_layout.to_json(layout))

    @classmethod
    def read(cls, text: str) -> "FilterMemory":
        """Read what `write` wrote."""
        try:
            return read_json(text, cls)
        except JSONError:
            return cls(settings=text)  # which says what is wrong as it is restored

    def write(self) -> str:
        """Return it as one text, ASCII alone."""
        return write_json(self)

    @property
    def panel_layout(self) -> PanelLayout:
        """How the tools lie."""
        return panel_layout.from_json(self.layout)

    def restore_settings(self, state: FilterState, notices: Notices) -> None:
        """Set what was set, or say why it cannot be."""
        if self.settings:
            try:
                state.restore(document.from_json(self.settings))
            except KernelError as error:
                notices.report(error)
