"""A column times a row in one way through the picture, against SciPy and without a compiler."""

import ctypes
import importlib.util
import os
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.ndimage import correlate

from explorer.core.convolution import plan as weighted_sums
from explorer.core.convolution import separable
from explorer.core.convolution.geometry import BORDERS
from explorer.core.convolution.rounding_error import bound_separable_error
from explorer.core.convolution.separable import Product

ROOT = Path(__file__).resolve().parents[3]
MODES = {"zero": "constant", "replicate": "edge", "reflect": "symmetric", "wrap": "wrap"}

needs_compiled = pytest.mark.skipif(
    not separable.is_compiled(), reason="there was no C compiler at installation"
)

edges = st.integers(1, 31)
margins = st.tuples(st.integers(0, 40), st.integers(0, 40))


def exact(planes, column, row, padding, border):
    """Weigh what NumPy continued, one axis after the other, in float64."""
    around = [*padding, (0, 0)][: planes.ndim]
    sums = np.pad(planes.astype(np.float64), around, MODES[border])
    for axis, weights in ((0, column), (1, row)):
        windows = np.lib.stride_tricks.sliding_window_view(sums, weights.size, axis)
        sums = windows @ weights
    return sums


@needs_compiled
@settings(max_examples=300, deadline=None)
@given(
    size=st.tuples(st.integers(1, 40), st.integers(1, 1100)),
    channels=st.sampled_from([(), (1,), (3,), (4,)]),
    rows=edges,
    columns=edges,
    padding=st.tuples(margins, margins),
    border=st.sampled_from(BORDERS),
    seed=st.integers(0, 2**32 - 1),
)
@example((1, 1), (3,), 31, 31, ((15, 15), (15, 15)), "reflect", 0)
@example((1, 1024), (), 1, 1, ((0, 0), (0, 0)), "zero", 0)
@example((3, 1025), (), 2, 6, ((0, 0), (0, 0)), "wrap", 0)
def test_it_equals_one_axis_after_the_other(size, channels, rows, columns, padding, border, seed):
    short = rows - sum(padding[0]) - size[0], columns - sum(padding[1]) - size[1]
    padding = tuple(
        (before, after + max(0, lack)) for (before, after), lack in zip(padding, short, strict=True)
    )
    rng = np.random.default_rng(seed)
    planes = rng.uniform(0, 255, (*size, *channels)).astype(np.float32)
    column, row = rng.normal(size=rows), rng.normal(size=columns)
    sums = Product(column, row).slide(planes, padding, border)
    expected = exact(planes, column, row, padding, border)
    assert sums.dtype == np.float32
    assert sums.shape == expected.shape
    largest = 255 * np.abs(column).sum() * np.abs(row).sum()
    bound = bound_separable_error(separable.group(column), separable.group(row))
    assert np.abs(sums - expected).max(initial=0) <= (bound + 0.5) * 2**-24 * largest


@needs_compiled
@pytest.mark.parametrize("channels", [(), (3,)])
def test_what_threads_share_has_no_seam(channels, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 7)
    rng = np.random.default_rng(0)
    planes = rng.uniform(0, 255, (1001, 1300, *channels)).astype(np.float32)
    column, row = np.array([1.0, 2.0, -1.0, 0.5, 3.0, -2.0, 1.0, 1.0]), np.array([1.0, 0.0, -1.0])
    sums = Product(column, row).slide(planes, ((4, 3), (1, 1)), "reflect")
    windows = (1, 3) if not channels else (1, 3, 1)
    across = correlate(planes.astype(np.float64), row.reshape(windows), mode="reflect")
    down = column.reshape(-1, *[1] * (planes.ndim - 1))
    expected = correlate(across, down, mode="reflect")
    np.testing.assert_allclose(sums, expected, rtol=0, atol=1e-6 * 255 * 11.5 * 2)


@needs_compiled
def test_a_part_of_another_picture_is_weighed_as_it_is():
    whole = np.random.default_rng(0).uniform(0, 255, (50, 60, 3)).astype(np.float32)
    part = whole[5:41:2, 3:57:3, 1]
    column, row = np.array([1.0, 2.0, 1.0]), np.array([1.0, -1.0])
    sums = Product(column, row).slide(part, ((1, 1), (1, 0)), "wrap")
    expected = exact(part, column, row, ((1, 1), (1, 0)), "wrap")
    np.testing.assert_allclose(sums, expected, rtol=0, atol=1e-3)


@pytest.mark.parametrize("size", range(1, 40))
def test_groups_are_all_of_the_terms_in_their_order(size):
    weights = np.arange(1.0, size + 1)
    groups = separable.group(weights)
    assert np.concatenate(groups).tolist() == weights.tolist()
    assert 1 <= groups[0].size <= 5
    assert {part.size for part in groups[1:]} <= {4}


@pytest.fixture
def without_compiled_code(monkeypatch):
    monkeypatch.setattr(separable, "is_compiled", lambda: False)
    weighted_sums._plan.cache_clear()
    yield
    weighted_sums._plan.cache_clear()


@pytest.mark.usefixtures("without_compiled_code")
@pytest.mark.parametrize("shape", [(3, 3), (2, 7), (8, 8), (15, 15), (31, 31), (1, 9)])
@pytest.mark.parametrize("kind", ["random", "bell", "box"])
def test_without_compiled_code_sums_are_as_exact(shape, kind, monkeypatch):
    monkeypatch.setattr(Product, "slide", None)
    rng = np.random.default_rng(0)
    column, row = (
        {
            "random": rng.normal(size=size),
            "bell": np.exp(-(np.linspace(-2, 2, size) ** 2)),
            "box": np.full(size, 0.3),
        }[kind]
        for size in shape
    )
    planes = rng.uniform(0, 255, (60, 70, 3)).astype(np.float32)
    padding = tuple((size // 2, (size - 1) // 2) for size in shape)
    weights = np.outer(column, row)
    for border in BORDERS:
        sums = weighted_sums.plan(weights)(planes, padding, border)
        expected = exact(planes, column, row, padding, border)
        tolerance = 1e-6 * 255 * np.abs(weights).sum()
        np.testing.assert_allclose(sums, expected, rtol=0, atol=tolerance)


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    script = ROOT / "setup" / "compile_native.py"
    spec = importlib.util.spec_from_file_location("compile_native", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def sources(hook, tmp_path):
    """Return a folder with the source alone."""
    (tmp_path / hook.SOURCE).parent.mkdir(parents=True)
    (tmp_path / hook.SOURCE).write_bytes((ROOT / hook.SOURCE).read_bytes())
    return tmp_path


def contents(folder: Path, hook: ModuleType) -> set[str]:
    return {path.name for path in (folder / hook.SOURCE).parent.iterdir()}


def test_installing_compiles_once(hook, sources):
    if hook._find_compiler() is None:
        pytest.skip("there is no C compiler")
    assert hook.compile_native(sources)
    library = sources / hook.LIBRARY
    assert ctypes.CDLL(str(library)).weigh_separably
    assert contents(sources, hook) == {"separable.c", "separable.so"}
    made = library.stat().st_mtime_ns
    assert hook.compile_native(sources)
    assert library.stat().st_mtime_ns == made
    os.utime(sources / hook.SOURCE, ns=(made + 1, made + 10**9))
    assert hook.compile_native(sources)
    assert library.stat().st_mtime_ns != made


def test_installing_goes_on_without_a_compiler(hook, sources, monkeypatch, capsys):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CC", raising=False)
    assert not hook.compile_native(sources)
    assert "No C compiler was found" in capsys.readouterr().out
    assert contents(sources, hook) == {"separable.c"}


@pytest.mark.parametrize("command", ["false", "true"])
def test_installing_goes_on_after_a_compiler_that_fails(hook, sources, monkeypatch, command):
    monkeypatch.setenv("CC", command)
    assert not hook.compile_native(sources)
    assert contents(sources, hook) == {"separable.c"}
