"""The feature maps that were seen lately, so that going back to a layer asks nobody."""

from collections import OrderedDict

from explorer.core.layers.layers import FeatureMaps

MOST_BYTES = 256_000_000


class SeenMaps:
    """Feature maps of one model for one picture, by layer; the longest unseen go first."""

    def __init__(self) -> None:
        self._maps: OrderedDict[str, FeatureMaps] = OrderedDict()
        self._bytes = 0

    def keep(self, layer: str, maps: FeatureMaps) -> None:
        """Keep a layer's maps; the last ones are kept however large they are."""
        self._drop(layer)
        self._maps[layer] = maps
        self._bytes += maps.maps.nbytes
        while self._bytes > MOST_BYTES and len(self._maps) > 1:
            self._drop(next(iter(self._maps)))

    def find(self, layer: str | None) -> FeatureMaps | None:
        """Return a layer's maps where they are known."""
        if layer is None or layer not in self._maps:
            return None
        self._maps.move_to_end(layer)
        return self._maps[layer]

    def clear(self) -> None:
        """Forget all: they are of another model or picture now."""
        self._maps.clear()
        self._bytes = 0

    def _drop(self, layer: str) -> None:
        if layer in self._maps:
            self._bytes -= self._maps.pop(layer).maps.nbytes
