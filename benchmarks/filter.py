"""How fast filtering is beside SciPy and a bare cv2.filter2D, as ratios to the fastest of them.

All take turns on the same float32 array in the same process. The ratio that counts is that of the
time a person waits; beside it stands that of processor time, which is more where ours shares the
work among cores. Each holds its last outputs until the next are there, as a page that shows them
does. "Five" is five convolutions in a row. Separable kernels, which the others are not
told of, are three: "column x row" has random weights, "bell" is a Gaussian, "box" has equal
weights.
Run it with `python benchmarks/filter.py`; `--limit-s 1` leaves the slow peers out.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from explorer.core.desktop.memory import keep_freed_memory
from explorer.core.filters.pipeline import Pipeline
from explorer.core.filters.steps import Convolution, Step
from explorer.core.kernels.kernel import Filter, Kernel

SIZES = {"374x499": (374, 499), "1080p": (1080, 1920), "12MP": (3000, 4000)}
EDGES = (3, 8, 15, 31)
GOAL = 1.3
SECONDS = 1.0  # of measuring each of them


@dataclass(frozen=True)
class Taken:
    """What a run took: seconds, and seconds of the processor's cores together."""

    seconds: float
    processor: float


Planes = npt.NDArray[np.float32]
Peer = Callable[[Planes, Planes], Planes]


def main() -> None:
    """Print a table for each size: times, and ours to the fastest peer's."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=_Plain)
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--edges", nargs="+", type=int, default=EDGES, help="of the kernels")
    parser.add_argument("--rounds", type=int, default=15, help="of the quick ones (default: 15)")
    parser.add_argument(
        "--limit-s", type=float, default=20, help="skip a peer whose run takes longer (default: 20)"
    )
    options = parser.parse_args()
    peers = {
        "convolve2d": _convolve2d,
        "ndimage": _ndimage,
        "fftconvolve": _fftconvolve,
        "filter2D": _filter2d,
    }
    print(f"Milliseconds, median of up to {options.rounds} rounds; “-”: skipped,")
    print(f"it would take more than {options.limit_s:g} s. The goal: at most {GOAL}.")
    if keep_freed_memory():
        print("Freed memory is kept, as in the program; this helps all of them.")
    ratios: list[float] = []
    for size in options.sizes:
        for shape in (SIZES[size], (*SIZES[size], 3)):
            rng = np.random.default_rng(0)
            planes = rng.uniform(0, 255, shape).astype(np.float32)
            kind = "colour" if len(shape) == 3 else "grey"
            print(
                f"\n{size} {kind:16}" + "".join(f"{name:>13}" for name in (*peers, "ours")), end=""
            )
            print("   ours/fastest  (processor time)")
            for edge in options.edges:
                for case in _make_cases(rng, edge):
                    times = _compare(peers, planes, case, options)
                    ratios.append(_print_row(f"{edge}x{edge} {case.label}", times))
    print(f"\n{sum(ratio > GOAL for ratio in ratios)} of {len(ratios)} rows miss the goal.")


class _Plain(argparse.RawDescriptionHelpFormatter):
    pass


@dataclass(frozen=True)
class _Case:
    """A kernel, and how many times in a row."""

    label: str
    weights: npt.NDArray[np.float64]
    count: int = 1


def _make_cases(rng: np.random.Generator, edge: int) -> list[_Case]:
    whole = rng.normal(size=(edge, edge))
    product = np.outer(rng.normal(size=edge), rng.normal(size=edge))
    bell = np.exp(-(np.linspace(-2, 2, edge) ** 2))
    return [
        _Case("", whole),
        _Case("five", whole, 5),
        _Case("column x row", product),
        _Case("five column x row", product, 5),
        _Case("bell", np.outer(bell, bell)),
        _Case("box", np.ones((edge, edge))),
    ]


def _compare(
    peers: Mapping[str, Peer],
    planes: Planes,
    case: _Case,
    options: argparse.Namespace,
) -> dict[str, list[Taken]]:
    """Return what each round took; an empty list for what was skipped."""
    # Of sum 1: five in a row would otherwise grow out of what float32 holds.
    weights, count = case.weights / np.abs(case.weights).sum(), case.count
    table = weights.astype(np.float32)
    calls: dict[str, Callable[[], object]] = {"ours": _our_edits(planes, weights, count)}
    for name, peer in peers.items():
        small = planes[:128, :128].copy()
        estimate = _take(lambda: peer(small, table)).seconds * planes.size / small.size * count  # noqa: B023
        if estimate <= options.limit_s or peer is _filter2d:
            calls[name] = _repeated(peer, planes, table, count)
    times: dict[str, list[Taken]] = {name: [] for name in (*peers, "ours")}
    for name, call in calls.items():
        if name in ("ours", "filter2D"):
            # Caches are filled, and there is memory for the last outputs and the next.
            call()
            call()
    for number in range(options.rounds):
        for name, call in calls.items():
            # One run of a slow one tells enough.
            if number == 0 or sum(taken.seconds for taken in times[name]) < SECONDS:
                times[name].append(_take(call))
    return times


def _our_edits(
    planes: Planes, weights: npt.NDArray[np.float64], count: int
) -> Callable[[], object]:
    """Return what runs all steps with one of two kernels in turn, as if the first were edited."""
    pipeline = Pipeline()
    rows = [
        [Step(Convolution(Filter(name, (Kernel(name, table),), "")))] * count
        for name, table in (("one", weights), ("other", weights * 0.9))
    ]
    held: list[tuple[Planes, ...]] = [()]

    def call() -> None:
        rows.reverse()
        held[0] = pipeline.run(planes, rows[0])

    return call


def _repeated(peer: Peer, planes: Planes, table: Planes, count: int) -> Callable[[], object]:
    held: list[list[Planes]] = [[]]

    def call() -> None:
        outputs = [planes]
        for _ in range(count):
            outputs.append(peer(outputs[-1], table))
        held[0] = outputs

    return call


def _print_row(label: str, times: Mapping[str, list[Taken]]) -> float:
    medians = {
        name: statistics.median(one.seconds for one in taken)
        for name, taken in times.items()
        if taken
    }
    fastest = min((name for name in medians if name != "ours"), key=medians.__getitem__)
    # Round by round: neighbours in time meet the same load.
    pairs = list(zip(times["ours"], times[fastest], strict=False))
    ratio = statistics.median(ours.seconds / theirs.seconds for ours, theirs in pairs)
    work = statistics.median(ours.processor / theirs.processor for ours, theirs in pairs)
    cells = "".join(
        f"{1e3 * medians[name]:13.2f}" if name in medians else f"{'-':>13}" for name in times
    )
    print(f"{label:24}{cells}{ratio:10.2f} {fastest:12}{work:5.2f}", flush=True)
    return ratio


def _take(call: Callable[[], object]) -> Taken:
    start, work = time.perf_counter(), time.process_time()
    call()
    return Taken(time.perf_counter() - start, time.process_time() - work)


def _convolve2d(planes: Planes, table: Planes) -> Planes:
    from scipy.signal import convolve2d

    if planes.ndim == 2:
        return np.asarray(convolve2d(planes, table, "same"), np.float32)
    return np.stack([convolve2d(planes[..., i], table, "same") for i in range(3)], axis=2)


def _ndimage(planes: Planes, table: Planes) -> Planes:
    from scipy.ndimage import convolve

    shaped = table.reshape(*table.shape, *(1 for _ in planes.shape[2:]))
    return np.asarray(convolve(planes, shaped, mode="constant"), np.float32)


def _fftconvolve(planes: Planes, table: Planes) -> Planes:
    from scipy.signal import fftconvolve

    shaped = table.reshape(*table.shape, *(1 for _ in planes.shape[2:]))
    return np.asarray(fftconvolve(planes, shaped, "same", axes=(0, 1)), np.float32)


def _filter2d(planes: Planes, table: Planes) -> Planes:
    flipped = np.ascontiguousarray(table[::-1, ::-1])
    response = cv2.filter2D(planes, -1, flipped, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(response, np.float32)


if __name__ == "__main__":
    main()
