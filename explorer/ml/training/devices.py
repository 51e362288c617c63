"""What a network is trained on: the processor, one graphics card, several, or several hosts."""

import contextlib
import os
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from explorer.core.models.messages import ErrorMessage, from_bytes, to_bytes
from explorer.errors import ExplorerError
from explorer.ml.data.part import WHOLE_BATCH, Part
from explorer.ml.models.keras_settings import BACKENDS

# Keras and its backends come inside the functions: that of JAX must not have computed anything
# before the hosts have met, and TensorFlow not before memory growth is set.

_Value = TypeVar("_Value")


@dataclass(frozen=True)
class DeviceWish:
    """Which devices are to be used.

    Attributes
    ----------
    takes_all : bool
        All graphics cards of each host, not one; with several hosts it is always all.
    hosts : int
        How many machines train together, each with a process of its own.
    host : int
        The number of this one, from 0; the first keeps the run.
    coordinator : str
        Where the first one listens, as ADDRESS:PORT; empty where there is one host.
    """

    takes_all: bool = False
    hosts: int = 1
    host: int = 0
    coordinator: str = ""


ONE_DEVICE = DeviceWish()


class Devices:
    """One device, which needs nothing; the others are made by `find_devices`.

    Attributes
    ----------
    part : Part
        What of each batch is fed from this process.
    description : str
        The devices by their names, and what computes on them.
    is_first : bool
        Whether this is the host that keeps the run.
    """

    part = WHOLE_BATCH
    is_first = True

    def __init__(self, description: str = "") -> None:
        self.description = description
        self._spread: Any = None

    @property
    def count(self) -> int:
        """How many devices there are in all; batches are multiples of it."""
        return self.part.count

    def scope(self) -> AbstractContextManager[Any]:
        """Return what a network must be built and trained in to be on all of the devices."""
        return self._spread.scope() if self._spread else contextlib.nullcontext()

    def check_batch_size(self, size: int) -> None:
        """Raise ExplorerError where batches cannot be shared out evenly."""
        if size % self.count:
            raise ExplorerError(
                f"A batch of {size} cannot be split evenly across {self.count} devices: choose a "
                f"multiple of {self.count} for --batch-size."
            )

    def check_pictures(self, count: int) -> None:
        """Raise ExplorerError where there are fewer pictures than devices."""
        if count < self.count:
            raise ExplorerError(
                f"The validation set has fewer pictures ({count}) than there are devices "
                f"({self.count}): use fewer devices or more pictures."
            )

    def lead(self, work: Callable[[], _Value], kind: Any = None) -> _Value:
        """Do something on the first host alone; every host returns, or raises, what it did.

        Parameters
        ----------
        kind : type
            Of what it returns: plain values, arrays, and frozen dataclasses of these.
        """
        return work()

    def join(self, work: Callable[[], _Value]) -> _Value:
        """Do something on every host; where it fails on one, all raise an error."""
        return work()

    def is_any(self, is_true: bool) -> bool:
        """Whether some host says so."""
        return is_true

    def are_equal(self, text: str) -> bool:
        """Whether all hosts say the same."""
        return True

    def part_ways(self) -> None:
        """Leave the other hosts: from here on each goes on alone."""


class MirroredDevices(Devices):
    """Several devices of one host, by TensorFlow's names for them."""

    def __init__(self, description: str, names: list[str]) -> None:
        import tensorflow as tf

        super().__init__(description)
        self.part = Part(0, len(names), len(names))
        # Keras finds the strategy again when it trains.
        self._spread = tf.distribute.MirroredStrategy(names)


class ParallelDevices(Devices):
    """Several devices of one host or of several, on JAX; `host` is this one's number."""

    def __init__(self, description: str, *, host: int = 0, hosts: int = 1) -> None:
        import jax
        import keras

        super().__init__(description)
        self._hosts = hosts
        self.is_first = host == 0
        # In the order of the hosts: then each one feeds one stretch of every batch.
        devices = sorted(jax.devices(), key=lambda device: (device.process_index, device.id))
        own = [i for i, device in enumerate(devices) if device.process_index == host]
        self.part = Part(own[0], own[-1] + 1, len(devices))
        self._spread = keras.distribution.DataParallel(
            devices=[f"{device.platform}:{device.id}" for device in devices],
            auto_shard_dataset=False,
        )

    def lead(self, work: Callable[[], _Value], kind: Any = None) -> _Value:
        """Do something on the first host alone; every host returns, or raises, what it did."""
        value: Any
        value, error = _attempt(work) if self.is_first else (None, None)
        told = self._exchange((error and ErrorMessage.of(error), value))[0]
        if error is not None:
            raise error
        if not self.is_first:
            message, value = from_bytes(told, tuple[ErrorMessage | None, kind])
            if message is not None:
                raise message.to_error()
        result: _Value = value
        return result

    def join(self, work: Callable[[], _Value]) -> _Value:
        """Do something on every host; where it fails on one, all raise an error."""
        value, error = _attempt(work)
        told = self._exchange(error and ErrorMessage.of(error))
        if error is not None:
            raise error
        for one in told:
            message = from_bytes(one, ErrorMessage | None)
            if message is not None:
                raise message.to_error()
        result: _Value = value
        return result

    def are_equal(self, text: str) -> bool:
        """Whether all hosts say the same."""
        return len(set(self._exchange(text))) == 1

    def is_any(self, is_true: bool) -> bool:
        """Whether some host says so; asked after every batch, so in one go."""
        return bool(self._gather(np.array([is_true])).any())

    def part_ways(self) -> None:
        """Leave the other hosts, together with them: nobody waits for what is left to one."""
        if self._hosts > 1:
            import jax

            shutdown: Callable[[], None] = jax.distributed.shutdown
            shutdown()

    def _exchange(self, value: Any) -> list[bytes]:
        """Return what every host says, in their order, as `from_bytes` reads it.

        A host that was taken over can tell the others values of the expected type, and no more.
        """
        data = np.frombuffer(to_bytes(value), np.uint8)
        lengths = self._gather(np.array([len(data)])).ravel()
        padded = np.zeros(lengths.max(), np.uint8)
        padded[: len(data)] = data
        rows = self._gather(padded)
        return [row[:length].tobytes() for row, length in zip(rows, lengths, strict=True)]

    def _gather(self, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return the arrays of all hosts as one, its first axis the hosts."""
        if self._hosts == 1:
            return array[None]
        from jax.experimental import multihost_utils

        return np.asarray(multihost_utils.process_allgather(array))


def find_devices(wish: DeviceWish) -> Devices:
    """Find the devices and make them ready; to be called before anything is computed.

    Graphics cards go before the processor.

    Raises
    ------
    ExplorerError
        The wish cannot be fulfilled.
    """
    import keras

    backend = keras.backend.backend()
    if wish.hosts > 1 and backend != "jax":
        raise ExplorerError(
            "Training on several hosts needs JAX: set KERAS_BACKEND=jax on each of them."
        )
    if backend == "tensorflow":
        return _find_for_tensorflow(wish)
    return _find_for_jax(wish)


def _find_for_tensorflow(wish: DeviceWish) -> Devices:
    import tensorflow as tf

    cards = tf.config.list_physical_devices("GPU")
    for card in cards:
        # Else the first network takes all memory of every card, also of those it does not use. It
        # is too late where something was computed before.
        with contextlib.suppress(RuntimeError):
            tf.config.experimental.set_memory_growth(card, True)
    names = [
        tf.config.experimental.get_device_details(card).get("device_name", "GPU") for card in cards
    ]
    logical = tf.config.list_logical_devices("GPU" if cards else "CPU")
    description = _describe(names, len(logical), wish)
    if not wish.takes_all or len(logical) == 1:
        return Devices(description)
    return MirroredDevices(description, [device.name for device in logical])


def _find_for_jax(wish: DeviceWish) -> Devices:
    # As TensorFlow's memory growth: else three quarters of every card are taken at once.
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    import jax

    if wish.hosts > 1:
        _meet(wish)
    try:
        jax.devices()
    except RuntimeError as error:  # a platform that is not there, by JAX_PLATFORMS
        raise ExplorerError(f"JAX cannot use this machine: {str(error).splitlines()[0]}") from error
    cards = [device.device_kind for device in jax.devices() if device.platform != "cpu"]
    description = _describe(cards, jax.device_count(), wish)
    if wish.hosts == 1 and (not wish.takes_all or jax.device_count() == 1):
        return Devices(description)
    return ParallelDevices(description, host=wish.host, hosts=wish.hosts)


def _meet(wish: DeviceWish) -> None:
    import keras

    try:
        keras.distribution.initialize(wish.coordinator, wish.hosts, wish.host)
    except Exception as error:  # JAX raises many kinds
        raise ExplorerError(
            f"The {wish.hosts} hosts could not connect at {wish.coordinator}: "
            f"{str(error).splitlines()[0]}"
        ) from error


def _describe(cards: list[str], count: int, wish: DeviceWish) -> str:
    """Say what is used in half a line: "2 GPUs: NVIDIA L4 and NVIDIA L4, TensorFlow 2.21.0"."""
    import keras

    backend = keras.backend.backend()
    software = f"{BACKENDS[backend]} {__import__(backend).__version__}"
    takes_all = wish.takes_all or wish.hosts > 1
    if not cards:
        place = f"the CPU, {os.cpu_count()} cores"
        if takes_all and count > 1:
            place += f", as {count} devices"
    elif takes_all or len(cards) == 1:
        kinds = ", ".join(
            f"{number} × {name}" if number > 1 else name for name, number in Counter(cards).items()
        )
        place = f"{len(cards)} GPU{'s' if len(cards) > 1 else ''}: {kinds}"
    else:
        place = f"1 of {len(cards)} GPUs (use --devices all for all): {cards[0]}"
    hosts = f", {wish.hosts} hosts" if wish.hosts > 1 else ""
    return f"training on {place}{hosts}, {software}"


def _attempt(work: Callable[[], Any]) -> tuple[Any, ExplorerError | None]:
    """Return what some work gave, or the expected trouble that it met."""
    try:
        return work(), None
    except ExplorerError as error:
        return None, error
