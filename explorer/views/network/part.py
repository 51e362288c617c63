"""One way of looking at a network: it fills the middle of the page, with its settings beside it."""

from explorer.core.network.lessons import NetworkLesson
from explorer.views.common import part

PARTS: tuple[tuple[str, str], ...] = (
    ("maps", "Maps"),
    ("value", "Value"),
    ("weights", "Weights"),
    ("why", "Why"),
    ("operate", "Operate"),
    ("compare", "Compare"),
    ("preparation", "Input"),
    ("architecture", "Graph"),
)
"""Name and title of every part, in the order of their tabs."""


class Part(part.Part):
    """A part of the Network page; the layers stay where they are."""

    def follow(self, lesson: NetworkLesson) -> None:
        """Set what a lesson says of this part."""

    @property
    def python(self) -> str:
        """A script that computes what is shown; empty where there is nothing to compute."""
        return ""
