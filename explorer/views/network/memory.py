"""What the Network page notes for the next start, and where on it a person is."""

from dataclasses import dataclass

import msgspec

from explorer.views.network.part import PARTS


@dataclass(frozen=True)
class NetworkMemory:
    """The chosen layer, and the part of the page that is shown."""

    layer: str = ""
    part: str = PARTS[0][0]

    @classmethod
    def read(cls, text: str) -> "NetworkMemory":
        """Read what `write` wrote; before there were parts, it was the layer's name alone."""
        try:
            return msgspec.json.decode(text, type=cls)
        except msgspec.MsgspecError:
            return cls(layer=text)

    def write(self) -> str:
        """Return it as text."""
        return msgspec.json.encode(self).decode()
