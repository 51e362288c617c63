"""What a layer's units are called."""

from pathlib import Path

import numpy as np
import pytest

from explorer.core.images.read import picture_from_pixels
from explorer.core.layers.feature_grid import tile_feature_maps
from explorer.core.layers.layers import FeatureMaps, LayerInfo
from explorer.core.models.model import Model
from explorer.core.models.run_folder import read_run
from explorer.state.network.network_state import ShownMaps
from explorer.views.network.maps.map_texts import name_map
from tests.support.tiny_runs import make_paper_run


@pytest.mark.parametrize(
    ("shape", "is_last_layer", "names"),
    [
        ((2,), True, ["cat", "dog"]),
        ((1,), True, ["dog"]),  # a sigmoid unit gives the probability of the second class
        ((1,), False, ["Unit 1"]),
        ((3,), True, ["cat", "dog", "Unit 3"]),
        ((4, 4, 2), True, ["Map 1", "Map 2"]),
    ],
)
def test_units_of_the_last_layer_are_called_by_their_classes(
    tmp_path: Path, shape: tuple[int, ...], is_last_layer: bool, names: list[str]
) -> None:
    model = Model.of_run(read_run(make_paper_run(tmp_path / "run", ("cat", "dog"))))
    maps = FeatureMaps(LayerInfo("end", "Dense", shape, 0), np.ones(shape, np.float32))
    picture = picture_from_pixels(np.zeros((4, 4, 3), np.uint8), "picture")
    shown = ShownMaps(model, picture, maps, "each", "index", tile_feature_maps(maps.maps))
    found = [name_map(shown, k, is_last_layer=is_last_layer) for k in range(len(names))]
    assert found == names
