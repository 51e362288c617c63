"""The filmstrip of a network: what it makes of a picture, layer by layer."""

from collections.abc import Sequence

import numpy as np

from explorer.core.layers.filmstrip import (
    MAX_FRAMES,
    Filmstrip,
    frame_size,
    strongest_map,
    to_frame,
)
from explorer.ml.models.adapter import Array, ModelAdapter


def make_filmstrip(model: ModelAdapter, layers: Sequence[str], inputs: Array) -> Filmstrip:
    """Take the strongest map of each layer, at most `MAX_FRAMES` of them.

    Parameters
    ----------
    layers : sequence of str
        Their names, in the order in which they are shown; those without maps are passed over.
    inputs : (1, height, width, channels) float32
    """
    size = inputs.shape[1:3]
    architecture = model.describe((size[0], size[1]))
    infos = [architecture.find(name) for name in layers]
    shown = [info for info in infos if info.has_maps and len(info.output_shape) == 3]
    frame = frame_size((size[0], size[1]))
    names, chosen, signed, frames = [], [], [], []
    for info in shown[:MAX_FRAMES]:
        maps = model.feature_maps(info.name, inputs).maps
        index = strongest_map(maps)
        names.append(info.name)
        chosen.append(index)
        signed.append(bool((maps < 0).any()))
        frames.append(to_frame(maps[:, :, index], frame))
    strip = np.stack(frames) if frames else np.zeros((0, *frame), np.float32)
    return Filmstrip(tuple(names), tuple(chosen), tuple(signed), strip)
