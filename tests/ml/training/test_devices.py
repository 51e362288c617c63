"""Training on several devices and on several hosts: the same losses as on one.

Processors play the devices: TensorFlow and JAX divide one into several when asked to. On each
setup the memory is used up once, really, in the second epoch.
"""

import dataclasses
import multiprocessing
import os
import socket
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from explorer.cli import train
from explorer.core.models.training_config import TrainingConfig
from explorer.errors import ExplorerError
from explorer.ml.training.devices import DeviceWish
from tests.ml.training.test_train import COLORS, Silence, paint
from tests.support.small_training import small_training

EPOCHS = 2
ALL = DeviceWish(takes_all=True)
HALVED = f"Out of memory: repeating epoch {EPOCHS} with a batch size of 4."


# In the child.


def choose_backend(backend, devices=1):
    """Prepare a process for a backend with so many processors."""
    os.environ["KERAS_BACKEND"] = backend
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    os.environ["JAX_PLATFORMS"] = "cpu"
    # Without optimisation: it takes longer than all that is computed here.
    os.environ["XLA_FLAGS"] = (
        f"--xla_force_host_platform_device_count={devices} --xla_backend_optimization_level=0"
    )
    if backend == "tensorflow":
        import tensorflow as tf

        [processor] = tf.config.list_physical_devices("CPU")
        parts = [tf.config.LogicalDeviceConfiguration() for _ in range(devices)]
        tf.config.set_logical_device_configuration(processor, parts)


class Forgetful(Silence):
    """Remembers what was said; uses up the memory once, in the last epoch."""

    def __init__(self):
        self.notes = []
        self.rows = []
        self.replicas = 0
        self._is_full = False

    def note(self, sentence):
        self.notes.append(sentence)

    def batch(self, epoch, done, total, loss, accuracy):
        import keras

        if epoch == EPOCHS and done == 2 and not self._is_full:
            self._is_full = True
            keras.ops.zeros((2**20, 2**20, 2**5), "float32")

    def epoch(self, row):
        self.rows.append(dict(row))


@small_training()
def train_here(config, wish, is_calm=False):
    """Return what was said, the losses, and whether there is a run; exports nothing."""
    from explorer.ml.networks import recipes
    from explorer.ml.training.train import train

    article = recipes.RECIPES["article"]
    if is_calm:
        recipes.RECIPES["article"] = lambda config: calm_down(article(config))
    reporter = Forgetful()
    run = train(config, reporter, wish=wish)
    losses = [[row["loss"], row["val_loss"]] for row in reporter.rows]
    return reporter.notes, losses, run is not None and run.card.metrics.log_loss


def calm_down(recipe):
    """Return a recipe without noise, neither augmentation nor dropout."""

    def build(class_count):
        network = recipe.build_network(class_count)
        for layer in network.layers:
            if hasattr(layer, "rate"):
                layer.rate = 0
        return network

    return dataclasses.replace(recipe, build_network=build, build_augmentation=None)


def replicas_of_fitting(takes_all):
    """Return on how many devices TensorFlow has what is built in the scope."""
    import keras

    from explorer.ml.training.devices import find_devices

    with find_devices(DeviceWish(takes_all=takes_all)).scope():
        network = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    return network.distribute_strategy.num_replicas_in_sync


def train_beside_a_card(config):
    """Train where Keras believes to have a graphics card, and therefore XLA."""
    from types import SimpleNamespace

    import tensorflow as tf

    list_devices = tf.config.list_physical_devices

    def list_one_more(kind=None):
        return list_devices(kind) + ([] if kind else [SimpleNamespace(device_type="GPU")])

    tf.config.list_physical_devices = list_one_more
    try:
        return train_here(config, ALL)
    finally:
        tf.config.list_physical_devices = list_devices


def describe(wish):
    from explorer.ml.training.devices import find_devices

    return find_devices(wish).description


def fed(parts, length, batch_size, order):
    """Return the batches of each part, as the numbers of their pictures."""
    from explorer.ml.data.batches import Batches

    pictures = np.arange(length, dtype=np.float32)[:, None]
    indices = np.arange(length)
    result = []
    for part in parts:
        batches = Batches(pictures, indices, indices, batch_size=batch_size, order=order, part=part)
        result.append([batches[i][1].tolist() for i in range(len(batches))])
    return result


# In the test.


def start_process(*preparation):
    return ProcessPoolExecutor(
        1,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=choose_backend,
        initargs=preparation,
    )


@pytest.fixture(autouse=True, scope="module")
def _compiled_once(tmp_path_factory):
    """Let the processes with JAX share what they compile, which is most of their time."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", str(tmp_path_factory.mktemp("compiled")))
        monkeypatch.setenv("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
        monkeypatch.setenv("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")
        yield


@pytest.fixture(scope="module")
def config(tmp_path_factory) -> TrainingConfig:
    folder = tmp_path_factory.mktemp("devices")
    for seed, name in enumerate(COLORS):
        paint(folder / "data" / name, name, 20, seed)
    return TrainingConfig(
        folder / "data", folder / "run", epochs=EPOCHS, batch_size=8, seed=3, learning_rate=1e-3
    )


def put(config: TrainingConfig, name: str) -> TrainingConfig:
    return dataclasses.replace(config, output=config.output.with_name(name))


@pytest.fixture(scope="module")
def on_one(config):
    with start_process("jax") as process:
        return process.submit(train_here, put(config, "one"), ALL).result()


def find_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def assert_same_course(ours, theirs):
    (notes, losses, log_loss), (_, expected, expected_log_loss) = ours, theirs
    assert len(losses) == EPOCHS
    np.testing.assert_allclose(losses, expected, atol=1e-3)
    assert log_loss == pytest.approx(expected_log_loss, abs=1e-3)
    assert HALVED in notes


def test_two_devices_on_jax_give_the_losses_of_one(config, on_one):
    with start_process("jax", 2) as process:
        on_two = process.submit(train_here, put(config, "two"), ALL).result()
        odd = dataclasses.replace(put(config, "odd"), batch_size=9)
        with pytest.raises(ExplorerError, match="A batch of 9 cannot be split evenly across 2"):
            process.submit(train_here, odd, ALL).result()
    assert ", as 2 devices, JAX" in on_two[0][0]
    assert_same_course(on_two, on_one)


def test_two_hosts_give_the_losses_of_one(config, on_one):
    port = find_port()
    with start_process("jax") as first, start_process("jax") as second:
        runs = [
            process.submit(
                train_here,
                put(config, f"host-{host}"),
                DeviceWish(hosts=2, host=host, coordinator=f"127.0.0.1:{port}"),
            )
            for host, process in enumerate((first, second))
        ]
        kept, other = (run.result(timeout=300) for run in runs)
    assert_same_course(kept, on_one)
    np.testing.assert_array_equal(other[1], kept[1])
    assert other[2] is False
    assert (config.output.with_name("host-0") / "card.json").is_file()
    assert not list(config.output.parent.glob("host-1*"))


def test_two_devices_on_tensorflow_give_the_losses_of_one(config, in_child):
    # Without noise: of that each device draws its own.
    with start_process("tensorflow", 2) as process:
        on_two = process.submit(train_here, put(config, "mirrored"), ALL, True).result()
        assert process.submit(replicas_of_fitting, True).result() == 2
        assert process.submit(replicas_of_fitting, False).result() == 1
    with start_process("tensorflow") as process:
        on_one = process.submit(train_here, put(config, "plain"), ALL, True).result()
        beside = dataclasses.replace(put(config, "beside"), epochs=1)
        assert process.submit(train_beside_a_card, beside).result()[1]
    assert ", as 2 devices, TensorFlow" in on_two[0][0]
    assert_same_course(on_two, on_one)


def test_what_is_used_is_said(in_child):
    text = in_child(describe, DeviceWish())
    assert text.startswith(f"training on the CPU, {os.cpu_count()} cores, TensorFlow 2.")


def test_several_hosts_need_jax(in_child):
    with pytest.raises(ExplorerError, match="set KERAS_BACKEND=jax on each"):
        in_child(describe, DeviceWish(hosts=2, host=0, coordinator="127.0.0.1:9"))


@pytest.mark.parametrize("order", [None, (3, 1)])
@pytest.mark.parametrize(("length", "batch_size"), [(44, 8), (45, 8), (41, 12), (4, 4)])
def test_the_parts_of_a_batch_make_the_whole(in_child, length, batch_size, order):
    from explorer.ml.data.part import WHOLE_BATCH, Part

    [whole] = in_child(fed, [WHOLE_BATCH], length, batch_size, order)
    first, last = in_child(fed, [Part(0, 3, 4), Part(3, 4, 4)], length, batch_size, order)
    together = [a + b for a, b in zip(first, last, strict=True)]
    assert all(len(a) == 3 * len(b) for a, b in zip(first, last, strict=True))
    flat = [number for batch in together for number in batch]
    # All but the last few, in the same order.
    assert flat == [number for batch in whole for number in batch][: length // 4 * 4]
    assert [len(batch) for batch in together[:-1]] == [batch_size] * (len(together) - 1)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--hosts", "2"], "--hosts and --coordinator must be used together"),
        (["--coordinator", "10.0.0.5:9876"], "--hosts and --coordinator must be used together"),
        (["--hosts", "2", "--host", "2", "--coordinator", "a:1"], "--host must be 0 to 1"),
        (["--host", "1"], "--host must be 0 to 0"),
        (["--devices", "some"], "--devices"),
    ],
)
def test_hosts_that_cannot_meet_are_refused_at_once(words, reason, capsys):
    with pytest.raises(SystemExit) as ended:
        train.parse_arguments(["pets", "--output", "run", *words])
    assert ended.value.code == 2
    assert reason in capsys.readouterr().err


def test_the_words_for_devices():
    words = ["pets", "--output", "run"]
    assert train.parse_arguments(words).wish == DeviceWish()
    assert train.parse_arguments([*words, "--devices", "all"]).wish == ALL
    more = ["--hosts", "3", "--host", "2", "--coordinator", "10.0.0.5:9876"]
    request = train.parse_arguments([*words, *more])
    assert request.wish == DeviceWish(hosts=3, host=2, coordinator="10.0.0.5:9876")
    assert request.config == TrainingConfig(data=Path("pets"), output=Path("run"))
