"""What one process sends another receives; what is no message, or another value, is refused."""

import multiprocessing
import pickle
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from explorer.core.layers.architecture import Architecture
from explorer.core.layers.layers import FeatureMaps, LayerInfo
from explorer.core.models import messages
from explorer.core.models.messages import ERROR, VALUE, ErrorMessage, MessageError
from explorer.core.models.model_use import ModelUse
from explorer.core.models.requests import (
    REQUESTS,
    ClassifyFile,
    ComputeFeatureMaps,
    DescribeLayers,
    Request,
)
from explorer.errors import ExplorerError, ModelError, PictureError, WorkerError

LAYER = LayerInfo("conv_1", "Conv2D", (3, 4, 2), 56, kernel_size=(3, 3))


def through(number: int, kind: str, value: Any) -> messages.Message:
    ours, theirs = multiprocessing.Pipe()
    with ours, theirs:
        messages.send(ours, number, kind, value)
        return messages.receive(theirs)


@given(
    maps=arrays.arrays(
        np.float32,
        arrays.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=5),
        elements=st.floats(width=32),
    )
)
def test_arrays_arrive_to_the_bit(maps: np.ndarray) -> None:
    found = through(3, VALUE, FeatureMaps(LAYER, maps)).read(ComputeFeatureMaps.answer_type())
    assert found.layer == LAYER
    assert found.maps.dtype == maps.dtype
    assert found.maps.shape == maps.shape
    assert found.maps.tobytes() == maps.tobytes()


@given(name=st.binary(min_size=1, max_size=50).filter(lambda name: b"\0" not in name))
def test_a_name_that_is_no_text_arrives(name: bytes) -> None:
    path = Path(name.decode(errors="surrogateescape"))
    message = through(7, "ClassifyFile", ClassifyFile(ModelUse(Path("run")), path))
    found = message.read(REQUESTS[message.kind])
    assert (message.number, type(found)) == (7, ClassifyFile)
    assert found.path == path.absolute()  # the other process is in another folder


def test_a_view_of_an_array_arrives_as_it_is_seen() -> None:
    seen = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)[::-1, 1::2]
    request = ComputeFeatureMaps(ModelUse(Path("run")), "conv_1", seen)
    found = through(1, "ComputeFeatureMaps", request).read(ComputeFeatureMaps)
    np.testing.assert_array_equal(found.picture, seen)


@pytest.mark.parametrize(
    "error", [PictureError.not_opened("a\udcff.jpg", "it is damaged"), WorkerError("No.")]
)
def test_errors_keep_their_class_and_their_sentence(error: ExplorerError) -> None:
    found = through(1, ERROR, ErrorMessage.of(error)).read(ErrorMessage).to_error()
    assert type(found) is type(error)
    assert found.sentence == error.sentence.replace("\udcff", "?")
    assert found.reason == error.reason


def test_a_strangers_error_is_one_printable_line_of_bounded_length() -> None:
    odd = ErrorMessage("ModelError", "two\nlines\0\u202e", "", "").to_error().sentence
    assert odd.isprintable()
    long = ErrorMessage("ModelError", "x" * 200_000, "", "")
    with pytest.raises(MessageError):
        through(1, ERROR, long).read(ErrorMessage)
    assert len(ErrorMessage.of(ModelError("x" * 200_000)).event) == 10_000


@pytest.mark.parametrize("name", ["SystemExit", "__builtins__", "ExplorerErrors", ""])
def test_an_error_of_an_unknown_class_is_one_of_the_process(name: str) -> None:
    assert type(ErrorMessage(name, "It failed.", "", "").to_error()) is WorkerError


def test_every_request_names_its_answer_and_is_known_by_its_name() -> None:
    kinds = Request.__subclasses__()
    assert set(REQUESTS.values()) == {
        kind for kind in kinds if kind.__module__ == Request.__module__
    }
    assert DescribeLayers.answer_type() is Architecture
    assert all(kind.limit_s > 0 for kind in REQUESTS.values())


def raw(value: Any) -> Callable[[Connection], None]:
    return lambda connection: connection.send_bytes(value)


def header(*values: Any) -> bytes:
    return msgspec.msgpack.encode(values)


@pytest.mark.parametrize(
    "send",
    [
        raw(b""),
        raw(b"\x93 noise"),
        raw(pickle.dumps((1, "value", None))),
        raw(header(1, "value", (0.5,))),
        raw(header("one", "value", None, ())),
        raw(header(1, "value", None, (-1,))),
        raw(header(1, "value", None, (10**15,))),
        raw(header(1, "value", None, (0,) * 1000)),
        raw(b"\x91" * 5000),
    ],
)
def test_what_is_no_message_is_refused(send: Callable[[Connection], None]) -> None:
    ours, theirs = multiprocessing.Pipe()
    with ours, theirs:
        send(ours)
        with pytest.raises(MessageError):
            messages.receive(theirs)


@pytest.mark.parametrize(
    ("sent", "wanted"),
    [
        ("text", tuple[float, ...]),
        (("cat", "dog"), tuple[float, ...]),
        ((LAYER,), FeatureMaps),
        (FeatureMaps(LAYER, np.zeros(3, np.float32)), tuple[LayerInfo, ...]),
        ({"layer": LAYER, "maps": ["<f4", [10**6, 10**6], 0]}, FeatureMaps),
        ({"layer": LAYER, "maps": ["<f4", [-1, -1], 0]}, FeatureMaps),
        ({"layer": LAYER, "maps": ["O", [0], 0]}, FeatureMaps),
        ({"layer": LAYER, "maps": ["no type", [0], 0]}, FeatureMaps),
        ({"layer": LAYER, "maps": ["<f4", [0], 4]}, FeatureMaps),
    ],
)
def test_another_value_than_the_expected_one_is_refused(sent: Any, wanted: Any) -> None:
    with pytest.raises(MessageError):
        through(1, VALUE, sent).read(wanted)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (
            (None, [np.arange(6.0).reshape(2, 3), np.array(7, np.int64)]),
            tuple[None, list[np.ndarray]],
        ),
        ((ErrorMessage.of(ModelError("No.")), None), tuple[ErrorMessage | None, None]),
        ("the same", str),
    ],
)
def test_what_one_host_tells_another_arrives(value: Any, kind: Any) -> None:
    found = messages.from_bytes(messages.to_bytes(value), kind)
    np.testing.assert_equal(found, value)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        pickle.dumps("the same"),
        messages.to_bytes("the same")[:-1],
        messages.to_bytes("the same") + b"x",
        messages.to_bytes(np.zeros(3)),
    ],
)
def test_what_another_host_makes_up_is_refused(data: bytes) -> None:
    with pytest.raises(MessageError):
        messages.from_bytes(data, str)
