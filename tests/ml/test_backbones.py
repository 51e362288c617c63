"""A backbone inside a network computes what Keras's own does behind its preprocessing."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from explorer.errors import ModelError
from tests.ml.conftest import InChild

Numbers = npt.NDArray[np.float32]


def make_weights(name: str, file: str) -> None:
    """Write the weights of a backbone that nobody trained, without its top."""
    import keras

    keras.utils.set_random_seed(3)
    application(name)(include_top=False, weights=None, input_shape=(64, 64, 3)).save_weights(file)


def application(name: str):  # type: ignore[no-untyped-def]
    import keras

    return {
        "mobilenet_v2": keras.applications.MobileNetV2,
        "vgg16": keras.applications.VGG16,
    }[name]


def both(name: str, file: str) -> tuple[Numbers, Numbers]:
    """Return the last maps of our network and those of Keras's backbone, for the same picture."""
    import keras

    from explorer.ml.backbones import build_backbone

    picture = np.random.default_rng(1).integers(0, 256, (1, 64, 64, 3)).astype(np.float32)
    pictures = keras.Input((64, 64, 3))
    ours = keras.Model(pictures, build_backbone(name, pictures, Path(file)))
    peer = application(name)(include_top=False, weights=None, input_shape=(64, 64, 3))
    peer.load_weights(file)
    module = {
        "mobilenet_v2": keras.applications.mobilenet_v2,
        "vgg16": keras.applications.vgg16,
    }[name]
    return (
        np.asarray(ours(picture, training=False)),
        np.asarray(peer(module.preprocess_input(picture.copy()), training=False)),
    )


def freeze_of(file: str) -> tuple[int, int, int]:
    """Return how many layers can be trained, how many normalise, and how many of those can be."""
    import keras

    from explorer.ml.networks import build_transfer_network
    from explorer.ml.recipes import freeze

    network = build_transfer_network(3, (64, 64), "MobileNetV2", Path(file))
    freeze(network, 0.5)
    norms = [x for x in network.layers if isinstance(x, keras.layers.BatchNormalization)]
    able = [x for x in network.layers if x.trainable]
    return len(able), len(norms), sum(norm.trainable for norm in norms)


def refuse(name: str, file: str | None) -> None:
    import keras

    from explorer.ml.backbones import build_backbone

    build_backbone(name, keras.Input((64, 64, 3)), None if file is None else Path(file))


@pytest.mark.parametrize("name", ["mobilenet_v2", "vgg16"])
def test_the_maps_are_keras_own(name: str, in_child: InChild, tmp_path: Path) -> None:
    file = str(tmp_path / "notop.weights.h5")
    in_child(make_weights, name, file)
    ours, peers = in_child(both, name, file)
    assert ours.shape == peers.shape
    assert np.abs(ours - peers).max() <= 1e-4 * np.abs(peers).max()


def test_statistics_and_the_first_half_are_frozen(in_child: InChild, tmp_path: Path) -> None:
    file = str(tmp_path / "notop.weights.h5")
    in_child(make_weights, "mobilenet_v2", file)
    able, norms, able_norms = in_child(freeze_of, file)
    assert able > 0
    assert norms == 52
    assert able_norms == 0


def test_what_cannot_be_had_is_a_sentence(in_child: InChild, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no backbone “dog net”; it has .*MobileNetV2"):
        in_child(refuse, "dog net", None)
    broken = tmp_path / "broken.weights.h5"
    broken.write_bytes(b"no weights")
    with pytest.raises(ModelError, match=r"“broken\.weights\.h5” was not opened as the weights of"):
        in_child(refuse, "mobilenet_v2", str(broken))
