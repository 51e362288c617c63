"""SavedModel folders of TensorFlow: converted to LiteRT, which shows their layers."""

import re
from dataclasses import replace
from pathlib import Path

from explorer.core.files.names import printable_name
from explorer.core.layers.architecture import Architecture
from explorer.core.text.shorten import shorten
from explorer.errors import ModelError
from explorer.ml.architecture.damage import damage_told
from explorer.ml.architecture.litert.graph import LiteRTGraph
from explorer.ml.architecture.saved_model import CONVERTED, FORMAT, read_saved_model
from explorer.ml.models.litert_file import LiteRTFileAdapter, Size

_OF_VARIABLES = re.compile(
    "checksum|sstable|TensorBundle|RestoreV2|Unable to read file|Cannot parse file|Data loss"
)


class SavedModelAdapter(LiteRTFileAdapter):
    """A SavedModel folder, whose graph TensorFlow converts; a few seconds."""

    format = FORMAT

    def describe(self, input_size: Size) -> Architecture:
        """Return the operations that it was converted to."""
        found = super().describe(input_size)
        return replace(found, format=self.format, made_by="", limits=(CONVERTED, *found.limits[1:]))

    @classmethod
    def _read_graph(cls, path: Path) -> LiteRTGraph:
        read_saved_model(path)
        with damage_told(printable_name(path)):
            return LiteRTGraph(_convert(path))


def _convert(folder: Path) -> bytes:
    """Return a folder as a LiteRT file; ModelError with the reason alone."""
    import tensorflow as tf

    try:
        converter = tf.lite.TFLiteConverter.from_saved_model(str(folder))
        found: bytes = converter.convert()
    except Exception as error:  # TensorFlow raises many kinds, at length
        if _OF_VARIABLES.search(str(error)):
            raise ModelError("its variables are damaged") from error
        lines = [line for line in str(error).splitlines() if line.strip()]
        reason = shorten(printable_name(lines[0].strip().rstrip("."))) if lines else ""
        reason = reason or type(error).__name__
        raise ModelError(f"TensorFlow cannot convert it ({reason}): save it as .keras") from error
    return found
