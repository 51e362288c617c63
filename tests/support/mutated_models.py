"""Model files damaged at random, the same way for the same seed."""

import io
import json
import random
import zipfile
from collections.abc import Callable
from typing import Any

import h5py

from tests.support.keras_files import OLD_SHAPES

Change = Callable[[bytes, random.Random], bytes]


def flip_bits(content: bytes, chance: random.Random) -> bytes:
    """Turn over one to sixteen bits."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 16)):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def cut(content: bytes, chance: random.Random) -> bytes:
    """Leave the start alone."""
    return content[: chance.randrange(1, len(content))]


def splice(content: bytes, chance: random.Random) -> bytes:
    """Put one part in place of another, which moves all that follows."""
    begin, end = sorted(chance.sample(range(len(content)), 2))
    at = chance.randrange(len(content))
    return content[:at] + content[begin:end] + content[at + chance.randint(0, 400) :]


def overwrite(content: bytes, chance: random.Random) -> bytes:
    """Put zeros, ones or noise over a part."""
    begin = chance.randrange(len(content))
    length = min(chance.randint(1, 600), len(content) - begin)
    noise = chance.choice([bytes(length), b"\xff" * length, chance.randbytes(length)])
    return content[:begin] + noise + content[begin + length :]


def change_config(content: bytes, chance: random.Random) -> bytes:
    """Put one value of the config in place of another, and keep the file whole."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        config = json.loads(members["config.json"])
        members["config.json"] = json.dumps(_swap_values(config, chance)).encode()
        if chance.random() < 0.3:  # two members change places as well
            first, second = chance.sample(sorted(members), 2)
            members[first], members[second] = members[second], members[first]
        changed = io.BytesIO()
        with zipfile.ZipFile(changed, "w") as archive:
            for name, inside in members.items():
                archive.writestr(name, inside)
        return changed.getvalue()
    copied = io.BytesIO(content)
    with h5py.File(copied, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        file.attrs["model_config"] = json.dumps(_swap_values(config, chance))
        if chance.random() < 0.3:
            place = chance.choice(sorted(OLD_SHAPES))
            file.move(place, f"{place}{chance.randint(0, 9)}")
    return copied.getvalue()


CHANGES: tuple[Change, ...] = (flip_bits, cut, splice, overwrite, change_config)


def mutate(content: bytes, seed: int) -> bytes:
    """Return a Keras file, damaged in one of the ways of `CHANGES`."""
    return CHANGES[seed % len(CHANGES)](content, random.Random(seed))


_STRANGE = (
    *(None, -1, 0, 2**31, 2**64, 1e308, True),
    *("", "Lambda", "../../x", "é" * 300),
    *([], {}, [[None]]),
)


def _swap_values(config: Any, chance: random.Random) -> Any:
    places: list[tuple[Any, Any]] = []
    left = [config]
    while left:
        value = left.pop()
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in list(pairs):
            places.append((value, key))
            if isinstance(inner, (dict, list)):
                left.append(inner)
    for _ in range(chance.randint(1, 4)):
        (one, key), (other, place) = chance.sample(places, 2)
        # A copy, since a value that is put into itself has no end.
        copied = json.loads(json.dumps(other[place])) if place in _keys(other) else None
        if key in _keys(one):
            one[key] = chance.choice([copied, chance.choice(_STRANGE)])
    return config


def _keys(value: Any) -> Any:
    return value.keys() if isinstance(value, dict) else range(len(value))
