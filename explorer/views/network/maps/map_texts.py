"""What is said of a layer's maps and of their values."""

from explorer.core.files.names import printable_name
from explorer.core.text.percent import format_percent
from explorer.state.network.layer_tree import format_shape
from explorer.state.network.network_state import ShownMaps
from explorer.views.common.theme import format_number


def describe_maps(shown: ShownMaps) -> str:
    """Return what a layer's maps are: "32 maps of 150×150, conv_1"."""
    layer = shown.feature_maps.layer
    name = printable_name(layer.name)
    if len(layer.map_shape) == 1:
        return f"{layer.map_shape[0]:,} units, {name}"
    height, width, count = layer.map_shape
    return f"{count:,} maps of {format_shape((height, width))}, {name}"


def name_map(shown: ShownMaps, index: int, *, is_last_layer: bool) -> str:
    """Return what to call one of the maps: "Map 5", "Unit 12", or the class it stands for."""
    classes, shape = shown.model.classes, shown.feature_maps.layer.map_shape
    if len(shape) != 1:
        return f"Map {index + 1}"
    if is_last_layer and shape == (1,) and len(classes) == 2:
        return classes[1]  # a single unit gives the probability of the second
    return classes[index] if is_last_layer and index < len(classes) else f"Unit {index + 1}"


def format_unit(shown: ShownMaps, value: float) -> str:
    """Return the value of a unit: of shares a percentage, so that almost all is not all."""
    is_share = shown.feature_maps.layer.is_softmax
    return format_percent(value) if is_share else format_number(value)
