"""Arrays that the program keeps: what is damaged is made again, whatever the damage."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.core.files.own_arrays import read_own_arrays, write_own_arrays

ARRAYS = {"a": np.arange(50, dtype=np.float32).reshape(5, 10), "b": np.array(3)}


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "kept.npz"
    write_own_arrays(file, ARRAYS)
    found = read_own_arrays(file, 10_000)
    assert set(found) == set(ARRAYS)
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(found[name], array)
    assert read_own_arrays(file, 100) == {}
    assert read_own_arrays(tmp_path / "missing.npz", 100) == {}


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damage_is_never_raised(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    file = tmp_path_factory.getbasetemp() / "damaged.npz"
    write_own_arrays(file, ARRAYS)
    content = bytearray(file.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    file.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    read_own_arrays(file, 10_000)
