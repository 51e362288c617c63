"""Compute a part of an explanation: the one entrance to all methods."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

import numpy as np
import numpy.typing as npt

from explorer.core.models.explanations import METHODS, ExplanationPart
from explorer.core.models.requests import ExplainClass
from explorer.errors import ModelError
from explorer.ml.explanation.activation_maps import ACTIVATION_MAPS
from explorer.ml.explanation.covering import MASKS, covered, occluded, patch_counts, random_masks
from explorer.ml.explanation.layer_choice import check_has_space, layers_to_try
from explorer.ml.explanation.path_gradients import (
    NOISY_COPIES,
    integrated_gradients,
    smooth_gradients,
)
from explorer.ml.explanation.targets import (
    Target,
    class_scores,
    of_classes,
    output_scores,
    target_of,
)
from explorer.ml.models.adapter import Array, ModelAdapter

GRADIENTS_PER_PART = 10
PICTURES_PER_PART = 20
"""How much is computed before a person can stop it."""

_MOST_LAYERS = 8

Maps = npt.NDArray[np.float64]


def explain(adapter: ModelAdapter, request: ExplainClass) -> ExplanationPart:
    """Compute a part of an explanation.

    Raises
    ------
    ModelError
        There is no such layer or class, the layer has no space, or the model cannot do that.
    """
    if request.redrawn:
        with adapter.redrawn_weights(request.redrawn):
            return explain(adapter, replace(request, redrawn=0))
    inputs = request.model.preparation.prepare(request.picture)
    outputs = output_scores(adapter, request.model, inputs[None])
    count = request.model.class_count
    targets = [target_of(index, outputs.shape[1], count) for index in request.classes]
    if METHODS[request.method].has_layer:
        part = _look_at_layer(adapter, request, inputs, targets)
    elif METHODS[request.method].needs_gradients:
        part = _follow_gradients(adapter, request, inputs, targets)
    else:
        part = _cover(adapter, request)
    if not np.isfinite(part.maps).all():
        raise ModelError(f"“{adapter.name}” returns no usable numbers for this picture.")
    return replace(part, scores=_chosen(of_classes(outputs, count)[0], request))


def _chosen(scores: Maps, request: ExplainClass) -> tuple[float, ...]:
    return tuple(float(scores[index]) for index in request.classes)


def _look_at_layer(
    adapter: ModelAdapter, request: ExplainClass, inputs: Array, targets: Sequence[Target]
) -> ExplanationPart:
    """Compute a class activation map of the layer that is asked for, or else of the last one.

    Where the head is given one token alone, the others of the last layer change nothing: then it
    is the last one whose gradient is not 0 throughout.
    """
    architecture = adapter.describe(request.model.preparation.size)
    if request.layer:
        layer = architecture.find(request.layer)
        check_has_space(layer)
        taken = _layer_gradients(adapter, layer.name, inputs, targets)
        return _activation_maps(request, layer.name, taken)
    first: ExplanationPart | None = None
    reason: ModelError | None = None
    for layer in islice(layers_to_try(architecture), _MOST_LAYERS):
        try:
            taken = _layer_gradients(adapter, layer.name, inputs, targets)
        except ModelError as error:  # mostly, the scores do not depend on it
            reason = reason or error
            continue
        if any(gradients.any() for _, gradients in taken):
            return _activation_maps(request, layer.name, taken)
        first = first or _activation_maps(request, layer.name, taken)
    if first is None:
        raise reason or ModelError(f"“{adapter.name}” has no layer with space.")
    return first


def _activation_maps(
    request: ExplainClass, layer: str, taken: list[tuple[Maps, Maps]]
) -> ExplanationPart:
    make = ACTIVATION_MAPS[request.method]
    return ExplanationPart(1, layer, np.array([make(*each) for each in taken], np.float32), ())


def _layer_gradients(
    adapter: ModelAdapter, name: str, inputs: Array, targets: Sequence[Target]
) -> list[tuple[Maps, Maps]]:
    """Return a layer's maps and the gradient of each score, (height, width, filters) float64."""
    of_output = {
        output: [
            each[0].astype(np.float64)
            for each in adapter.layer_gradients(name, inputs[None], output)
        ]
        for output in dict.fromkeys(target.output for target in targets)
    }
    return [
        (of_output[target.output][0], target.sign * of_output[target.output][1])
        for target in targets
    ]


def _follow_gradients(
    adapter: ModelAdapter, request: ExplainClass, inputs: Array, targets: Sequence[Target]
) -> ExplanationPart:
    if request.method == "smoothgrad":
        copies, parts = _share(NOISY_COPIES, GRADIENTS_PER_PART, request.part)
        maps = smooth_gradients(adapter, inputs, targets, copies, NOISY_COPIES, request.seed)
        return ExplanationPart(parts, "", maps.astype(np.float32), ())
    black = request.model.preparation.scale(np.zeros((*inputs.shape[:2], 3), np.uint8))
    maps = integrated_gradients(adapter, inputs, black, targets, request.span)
    ends = np.array([black + share * (inputs - black) for share in request.span], np.float32)
    found = class_scores(adapter, request.model, ends)[:, request.classes].T
    span_scores = tuple((float(first), float(last)) for first, last in found)
    return ExplanationPart(1, "", maps.astype(np.float32), (), span_scores)


def _cover(adapter: ModelAdapter, request: ExplainClass) -> ExplanationPart:
    picture = request.model.preparation.fit(request.picture)
    size = (picture.shape[0], picture.shape[1])

    def scores(copies: npt.NDArray[np.uint8]) -> Maps:
        inputs = np.array([request.model.preparation.scale(copy) for copy in copies])
        return class_scores(adapter, request.model, inputs)[:, request.classes]

    if request.method == "occlusion":
        grid = patch_counts(size)
        places, parts = _share(grid[0] * grid[1], PICTURES_PER_PART, request.part)
        falls = np.zeros((len(request.classes), grid[0] * grid[1]))
        falls[:, places] = (scores(picture[None]) - scores(occluded(picture, places))).T
        maps: Maps = falls.reshape(-1, *grid)
    else:
        # What a seen pixel adds to the mean score, as in Petsiuk et al., less that mean.
        chosen, parts = _share(MASKS, PICTURES_PER_PART, request.part)
        masks = random_masks(size, chosen, request.seed)
        maps = np.tensordot(scores(covered(picture, masks)).T, 2 * masks - 1, 1) / MASKS
    return ExplanationPart(parts, "", maps.astype(np.float32), ())


def _share(count: int, each: int, part: int) -> tuple[range, int]:
    """Return what belongs to a part, and how many parts there are.

    Raises
    ------
    ModelError
        There is no such part.
    """
    parts = -(-count // each)
    if not 0 <= part < parts:
        raise ModelError(f"There is no part {part} of this explanation.")
    return range(part * each, min(count, (part + 1) * each)), parts
