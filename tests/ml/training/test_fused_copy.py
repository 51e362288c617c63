"""The copy that is trained: it computes what the network does, and learns the same."""

import numpy as np
import pytest

SIZE = (24, 24)


def step_both(precision, size, kind):
    """Answer and learn with a network and its copy; return outputs and weights of both."""
    import keras

    from explorer.ml.networks.architectures import build_scratch_network, build_transfer_network
    from explorer.ml.networks.recipes import freeze
    from explorer.ml.training.fused_copy import copy_for_training

    keras.utils.set_random_seed(3)
    if kind == "scratch":
        network = build_scratch_network(3, SIZE)
    else:
        network = build_transfer_network(3, (32, 32), "mobilenet_v2", None)
        freeze(network, 0.5)
    generator = np.random.default_rng(1)
    # Neither fresh weights nor fresh statistics hide what a layer does with them.
    network.set_weights(
        [
            w + generator.uniform(0, 0.1 if w.ndim == 1 else 1e-3, w.shape)
            for w in network.get_weights()
        ]
    )
    copied = copy_for_training(network, precision=precision, takes_any_size=size is not None)
    pictures = generator.uniform(0, 255, (16, *(size or network.input_shape[1:3]), 3))
    labels = generator.integers(0, 3, 16)
    answers = [np.array(copied(pictures.astype("float32"), training=False))]
    if size is None:
        answers.append(np.array(network(pictures.astype("float32"), training=False)))
    before = copied.get_weights()
    learned = []
    for model in (copied, network) if size is None else (copied,):
        for layer in model.layers:
            if isinstance(layer, keras.layers.Dropout):
                layer.rate = 0.0
        model.compile(optimizer=keras.optimizers.SGD(1e-3), loss="sparse_categorical_crossentropy")
        model.train_on_batch(pictures, labels)
        learned.append(model.get_weights())
    return answers, before, learned, str(copied.layers[-1].compute_dtype)


@pytest.mark.parametrize("kind", ["scratch", "transfer"])
def test_it_answers_and_learns_as_the_network_does(in_child, kind):
    (ours, theirs), before, (copied, plain), _ = in_child(step_with_random_weights, "float32", kind)
    np.testing.assert_allclose(ours, theirs, atol=1e-5)
    moved = [not np.array_equal(a, b) for a, b in zip(before, plain, strict=True)]
    assert any(moved)
    for was, we, they, has_moved in zip(before, copied, plain, moved, strict=True):
        assert (not np.array_equal(was, we)) == has_moved
        # The sample's variance for the batch's: one part in n of each new one, a hundredth of it.
        np.testing.assert_allclose(we, they, atol=1e-4, rtol=2e-3)


def step_with_random_weights(precision, kind, size=None):
    from explorer.ml.networks import backbones

    backbones.IMAGENET = None  # nothing is downloaded
    return step_both(precision, size, kind)


def test_half_precision_stays_near_and_ends_in_float32(in_child):
    (ours, theirs), _, (copied, _), last = in_child(step_with_random_weights, "bfloat16", "scratch")
    assert last == "float32"
    assert ours.dtype == np.float32
    assert not np.array_equal(ours, theirs)
    np.testing.assert_allclose(ours, theirs, atol=0.05)
    assert all(weights.dtype == np.float32 for weights in copied)


def test_it_takes_pictures_of_any_size(in_child):
    (outputs,), *_ = in_child(step_with_random_weights, "float32", "scratch", (40, 32))
    assert outputs.shape == (16, 3)
    np.testing.assert_allclose(outputs.sum(1), 1, atol=1e-5)
