"""The Classify page, declared."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol

from explorer.views.common.page_spec import PageSpec

if TYPE_CHECKING:
    from explorer.state.classify.classify_state import ClassifyState
    from explorer.state.classify.kept_rows import KeptRows
    from explorer.state.classify.nearest_state import NearestState
    from explorer.state.classify.watching_state import WatchingState
    from explorer.state.shared.copying_state import CopyingState
    from explorer.state.shared.model_state import ModelState
    from explorer.state.shared.picture_state import PictureState
    from explorer.views.common.command import Command
    from explorer.views.common.page import Page


class Parts(Protocol):
    """What the page is made of."""

    classify: "ClassifyState"
    watching: "WatchingState"
    copying: "CopyingState"
    nearest: "NearestState"
    kept_rows: "KeptRows"
    models: "ModelState"
    pictures: "PictureState"


def _build(parts: Parts, memory: str) -> "Page":
    from explorer.views.classify.page import ClassifyPage

    page = ClassifyPage(
        parts.classify,
        parts.watching,
        parts.copying,
        parts.nearest,
        parts.kept_rows,
        parts.models,
    )
    page.picture_wanted.connect(parts.pictures.open_file)
    page.loose_picture_wanted.connect(parts.pictures.open_kept)
    return page


def _commands() -> Iterable["Command[Any]"]:
    from explorer.views.classify.commands import COMMANDS

    return COMMANDS


CLASSIFY = PageSpec("classify", "Classify", "classify", _build, _commands)
