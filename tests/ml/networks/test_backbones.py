"""A backbone inside a network computes what Keras's own does behind its preprocessing."""

import os
import shutil
import warnings
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
    application(name)(include_top=False, weights=None, input_shape=(80, 80, 3)).save_weights(file)


def application(name: str):  # type: ignore[no-untyped-def]
    import keras

    return {
        "mobilenet_v2": keras.applications.MobileNetV2,
        "mobilenet_v3_small": keras.applications.MobileNetV3Small,
        "convnext_tiny": keras.applications.ConvNeXtTiny,
        "efficientnetv2-b0": keras.applications.EfficientNetV2B0,
        "xception": keras.applications.Xception,
        "vgg16": keras.applications.VGG16,
    }[name]


def both(name: str, file: str) -> tuple[Numbers, Numbers, Numbers]:
    """Return the last maps of our network, its training copy and Keras's own backbone.

    Ours has the weights of Keras's by a file.
    """
    import keras

    from explorer.ml.networks.backbones import build_backbone
    from explorer.ml.training.fused_copy import copy_for_training

    keras.utils.set_random_seed(3)
    peer = application(name)(include_top=False, weights=None, input_shape=(80, 80, 3))
    peer.save_weights(file)
    picture = np.random.default_rng(1).integers(0, 256, (1, 80, 80, 3)).astype(np.float32)
    pictures = keras.Input((80, 80, 3))
    ours = keras.Model(pictures, build_backbone(name, pictures, Path(file)))
    trained = copy_for_training(ours)
    module = {
        "mobilenet_v2": keras.applications.mobilenet_v2,
        "mobilenet_v3_small": keras.applications.mobilenet_v3,
        "convnext_tiny": keras.applications.convnext,
        "efficientnetv2-b0": keras.applications.efficientnet_v2,
        "xception": keras.applications.xception,
        "vgg16": keras.applications.vgg16,
    }[name]
    return (
        np.asarray(ours(picture, training=False)),
        np.asarray(trained(picture, training=False)),
        np.asarray(peer(module.preprocess_input(picture.copy()), training=False)),
    )


def freeze_of(file: str) -> tuple[int, int, int]:
    """Return how many layers can be trained, how many normalise, and how many of those can be."""
    import keras

    from explorer.ml.networks.architectures import build_transfer_network
    from explorer.ml.networks.recipes import freeze

    network = build_transfer_network(3, (64, 64), "MobileNetV2", Path(file))
    freeze(network, 0.5)
    norms = [x for x in network.layers if isinstance(x, keras.layers.BatchNormalization)]
    able = [x for x in network.layers if x.trainable]
    return len(able), len(norms), sum(norm.trainable for norm in norms)


def refuse(name: str, file: str | None, edge: int = 80) -> None:
    import keras

    from explorer.ml.networks.backbones import build_backbone

    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            build_backbone(name, keras.Input((edge, edge, 3)), None if file is None else Path(file))
        finally:
            assert not said


def efficient_net(file: str) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Return the maps of ours by a file and by a download, of the copy, and those of Keras's own.

    The download is a file on this machine, under the name and in the place of Keras's.
    """
    import keras
    from keras.src.applications import efficientnet

    from explorer.ml.networks.backbones import build_backbone
    from explorer.ml.training.fused_copy import copy_for_training

    shape = (80, 80, 3)
    keras.utils.set_random_seed(3)
    model = keras.applications.EfficientNetB0(include_top=False, weights=None, input_shape=shape)
    normalization = next(x for x in model.layers if isinstance(x, keras.layers.Normalization))
    normalization.adapt_mean.assign([0.485, 0.456, 0.406])
    normalization.adapt_variance.assign([0.229, 0.224, 0.225])
    model.save_weights(file)
    efficientnet.file_utils.get_file = lambda *args, **options: file
    picture = np.random.default_rng(1).integers(0, 256, (1, *shape)).astype(np.float32)
    pictures = keras.Input(shape)
    by_file = keras.Model(pictures, build_backbone("EfficientNetB0", pictures, Path(file)))
    downloaded = keras.Model(pictures, build_backbone("EfficientNetB0", pictures, None))
    peer = keras.applications.EfficientNetB0(include_top=False, input_shape=shape)
    models = by_file, downloaded, copy_for_training(by_file), peer
    a, b, c, d = (np.asarray(one(picture, training=False)) for one in models)
    return a, b, c, d


def test_the_first_efficient_nets_normalise_as_keras_does(
    in_child: InChild, tmp_path: Path
) -> None:
    *ours, peers = in_child(efficient_net, str(tmp_path / "notop.weights.h5"))
    for maps in ours:
        assert np.abs(maps - peers).max() <= 1e-4 * np.abs(peers).max()


@pytest.mark.parametrize(
    "name",
    [
        "mobilenet_v2",
        "vgg16",
        "convnext_tiny",
        "efficientnetv2-b0",
        "mobilenet_v3_small",
        "xception",
    ],
)
def test_the_maps_are_keras_own(name: str, in_child: InChild, tmp_path: Path) -> None:
    *ours, peers = in_child(both, name, str(tmp_path / "notop.weights.h5"))
    for maps in ours:
        assert maps.shape == peers.shape
        assert np.abs(maps - peers).max() <= 1e-4 * np.abs(peers).max()


def test_statistics_and_the_first_half_are_frozen(in_child: InChild, tmp_path: Path) -> None:
    file = str(tmp_path / "notop.weights.h5")
    in_child(make_weights, "mobilenet_v2", file)
    able, norms, able_norms = in_child(freeze_of, file)
    assert able > 0
    assert norms == 52
    assert able_norms == 0


def test_what_cannot_be_had_is_a_sentence(in_child: InChild, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no backbone “dog net”; available: .*MobileNetV2"):
        in_child(refuse, "dog net", None)
    with pytest.raises(ModelError, match="Xception cannot be built for an input of 60x60: Input"):
        in_child(refuse, "xception", str(tmp_path / "any.weights.h5"), 60)


def write_other_weights(file: str) -> None:
    import h5py

    with h5py.File(file, "w") as hdf5:
        hdf5["numbers"] = np.arange(9)


def write_other_network(file: str) -> None:
    import keras

    keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]).save(file)


def test_a_wrong_file_of_weights_is_named_with_its_reason(
    in_child: InChild, tmp_path: Path
) -> None:
    (tmp_path / "text.weights.h5").write_bytes(b"no weights")
    os.mkfifo(tmp_path / "pipe.h5")
    in_child(write_other_weights, str(tmp_path / "other.weights.h5"))
    in_child(write_other_weights, str(tmp_path / "legacy.h5"))
    in_child(write_other_network, str(tmp_path / "network.keras"))
    in_child(make_weights, "mobilenet_v3_small", str(tmp_path / "small.weights.h5"))
    shutil.copy(tmp_path / "small.weights.h5", tmp_path / "name.bin")
    no_top = "it does not hold the weights of MobileNetV2 without its top (“no top”)."
    reasons = {
        "gone.h5": "no such file or directory.",
        "": "it is a folder.",
        "pipe.h5": "it is not a regular file.",
        "text.weights.h5": "it is not a file of Keras weights.",
        "name.bin": "the name of a file of weights must end in .h5.",
        "other.weights.h5": no_top,
        "legacy.h5": no_top,
        "network.keras": no_top,
        "small.weights.h5": no_top,
    }
    for name, reason in reasons.items():
        with pytest.raises(ModelError) as refused:
            in_child(refuse, "mobilenet_v2", str(tmp_path / name))
        assert refused.value.sentence == f"“{(tmp_path / name).name}” was not opened: {reason}"
