"""Small model files: what is rounded, and that Keras reads them as its own."""

import zipfile

import numpy as np


def save_both(folder):
    """Save a network as Keras does and compactly; return its weights before, after and as read."""
    import keras

    from explorer.ml.networks.architectures import build_scratch_network
    from explorer.ml.runs.compact_weights import round_weights, save_network

    keras.utils.set_random_seed(1)
    network = build_scratch_network(2, (32, 32))
    before = network.get_weights()
    network.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    network.optimizer.build(network.trainable_variables)
    network.save(folder / "plain.keras")
    round_weights(network)
    save_network(network, folder / "compact.keras")
    read = keras.saving.load_model(folder / "compact.keras", compile=True)
    return before, network.get_weights(), read.get_weights(), read.compiled


def test_weights_keep_twelve_bits_and_the_file_is_little_more_than_half(in_child, tmp_path):
    before, rounded, read, is_compiled = in_child(save_both, tmp_path)
    assert not is_compiled  # no optimizer travels along
    for was, now, found in zip(before, rounded, read, strict=True):
        assert np.array_equal(now, found)
        assert now.dtype == was.dtype == np.float32
        np.testing.assert_allclose(now, was, rtol=2.0**-12, atol=0)
        # float32 has 24 bits of significance: twelve of them are zeros.
        assert not (now.view(np.uint32) & np.uint32(2**12 - 1)).any()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["compact.keras", "plain.keras"]
    compact, plain = (tmp_path / f"{name}.keras" for name in ("compact", "plain"))
    parameters = sum(weights.size for weights in before)
    assert compact.stat().st_size < 0.65 * 4 * parameters < plain.stat().st_size
    with zipfile.ZipFile(compact) as archive:
        assert archive.testzip() is None


def save_on_a_full_disk(folder, room):
    """Save a network where files have an end; return what is left."""
    import resource

    from explorer.ml.networks.architectures import build_scratch_network
    from explorer.ml.runs.compact_weights import save_network

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, limits[1]))
    try:
        save_network(build_scratch_network(2, (32, 32)), folder / "model.keras")
    except OSError:
        return [path.name for path in folder.iterdir()]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    raise AssertionError("there was room")


def test_no_half_of_a_file_takes_the_room_of_a_checkpoint(in_child, tmp_path):
    assert in_child(save_on_a_full_disk, tmp_path, 1_000_000) == []
