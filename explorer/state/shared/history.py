"""The history of what was shown: Back and Forward."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from explorer.core.images.read import PictureFile

MOST_PLACES = 100
MOST_BYTES = 100_000_000
"""Of pictures without a file, which have to be kept themselves."""


@dataclass(frozen=True, eq=False)
class Place:
    """One entry of the history.

    Attributes
    ----------
    page : str
    picture : Path or None
        The file of the current picture.
    pixels : PictureFile or None
        The picture itself, where it has no file.
    model : Path or None
        The folder of the current run.
    within : str
        Where on the page, as the page tells it: the layer whose maps were shown. Empty where a
        page has only one place, or has not arrived at one yet.
    viewports : mapping of str to Any
        What each page, by its name, says of its zoom, for that page alone.
    """

    page: str
    picture: Path | None = None
    pixels: PictureFile | None = None
    model: Path | None = None
    within: str = ""
    viewports: Mapping[str, Any] = field(default_factory=dict)

    @property
    def has_picture(self) -> bool:
        """Whether there was a picture."""
        return self.picture is not None or self.pixels is not None

    def differs_in(self, other: "Place") -> set[str]:
        """Return the names of what another place has otherwise; the zoom does not count."""
        return {
            name
            for name in ("page", "picture", "pixels", "model", "within")
            if getattr(self, name) is not getattr(other, name)
            and getattr(self, name) != getattr(other, name)
        }


class History(QObject):
    """The places visited, in order, and the current one.

    Going back takes a while: a picture is read, maps are computed. States in between are no places
    of their own; but an action of the user meanwhile is one, and ends the move.

    Signals
    -------
    changed()
        `can_go_back` or `can_go_forward` may have another value.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._places: list[Place] = []
        self._now = -1
        self._origin: Place | None = None  # where the way began that is being gone

    @property
    def is_under_way(self) -> bool:
        """Whether what was shown at this place has not arrived again yet."""
        return self._origin is not None

    @property
    def can_go_back(self) -> bool:
        """Whether there is a place before this one."""
        return self._now > 0

    @property
    def can_go_forward(self) -> bool:
        """Whether a person came back from somewhere."""
        return self._now < len(self._places) - 1

    def note_viewports(self, viewports: Mapping[str, Any]) -> None:
        """Note how the pages are looked at here, before that changes."""
        if self._now >= 0 and self._origin is None:
            self._places[self._now] = replace(self._places[self._now], viewports=viewports)

    def visit(self, place: Place) -> None:
        """Note where a person is."""
        if self._now < 0:
            self._places, self._now = [place], 0
            return
        here = self._places[self._now]
        differing = place.differs_in(here)
        if not place.within:  # the page has not arrived there yet, or cannot
            differing.discard("within")
        if self._origin is not None:
            if differing and differing.isdisjoint(place.differs_in(self._origin)):
                return  # not there yet
            self._origin = None
        if not differing:
            return
        # What had not arrived yet has arrived.
        filled = set() if here.within else {"within"}
        filled |= set() if here.has_picture else {"picture", "pixels"}
        if differing <= filled:
            self._places[self._now] = replace(place, viewports=here.viewports)
        else:
            self._places[self._now + 1 :] = [place]
            self._now += 1
            self._forget_oldest()
        self.changed.emit()

    def go(self, distance: int) -> Place | None:
        """Be at another place: -1 for the one before, 1 for the next; None where there is none."""
        target = self._now + distance
        if not 0 <= target < len(self._places):
            return None
        self._origin, self._now = self._places[self._now], target
        self.changed.emit()
        return self._places[target]

    def give_up(self, place: Place) -> None:
        """Be here: what was on the way back cannot be opened any more."""
        if self._origin is not None:
            self._origin = None
            self._places[self._now] = place

    def _forget_oldest(self) -> None:
        while len(self._places) > MOST_PLACES or self._kept_bytes() > MOST_BYTES:
            if self._now == 0:
                break
            del self._places[0]
            self._now -= 1

    def _kept_bytes(self) -> int:
        kept = {id(place.pixels): place.pixels for place in self._places if place.pixels}
        return sum(file.picture.nbytes for file in kept.values())
