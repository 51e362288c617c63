"""How fast filtering is beside SciPy's convolve2d and a bare cv2.filter2D, as ratios.

The three take turns on the same array in the same process, and processor time is counted, so that
a busy machine changes the ratios little.
Run it with `python benchmarks/filter.py`.
"""

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from explorer.core.filtering import convolve
from explorer.core.kernels import Kernel

HEIGHT, WIDTH = 374, 499
ROUNDS = 31
CALLS = 10  # of the two quick ones in each round


def main() -> None:
    """Print a table: median times and what they are to each other."""
    from scipy.signal import convolve2d

    rng = np.random.default_rng(0)
    plane = rng.uniform(0, 255, (HEIGHT, WIDTH)).astype(np.float32)
    print(f"float32 grey {HEIGHT}×{WIDTH}, processor time, median of {ROUNDS} rounds")
    print("kernel   convolve2d   filter2D       ours   convolve2d/ours   ours/filter2D")
    for edge in (3, 8):
        kernel = Kernel("random", rng.normal(size=(edge, edge)))
        weights = kernel.weights.astype(np.float32)
        flipped = np.ascontiguousarray(weights[::-1, ::-1])
        slow, bare, ours = [], [], []
        for _ in range(ROUNDS):
            slow.append(_seconds(lambda: convolve2d(plane, weights, "same"), calls=1))  # noqa: B023
            bare.append(
                _seconds(
                    lambda: cv2.filter2D(plane, -1, flipped, borderType=cv2.BORDER_CONSTANT),  # noqa: B023
                    calls=CALLS,
                )
            )
            ours.append(_seconds(lambda: convolve(plane, kernel), calls=CALLS))  # noqa: B023
        # The ratios round by round: neighbours in time meet the same load.
        faster = statistics.median(a / b for a, b in zip(slow, ours, strict=True))
        overhead = statistics.median(a / b for a, b in zip(ours, bare, strict=True))
        times = "   ".join(
            f"{1e3 * statistics.median(values):6.3f} ms" for values in (slow, bare, ours)
        )
        print(f"{edge}×{edge}       {times}   {faster:13.1f}   {overhead:13.2f}")
    print("Goals for 3×3: at least 40 times faster than convolve2d, at most 1.5 times filter2D.")


def _seconds(call: Callable[[], object], *, calls: int) -> float:
    """Measure the processor time of one call, averaged over several."""
    call()  # fills the caches, which the call before this one left in any state
    start = time.process_time()
    for _ in range(calls):
        call()
    return (time.process_time() - start) / calls


if __name__ == "__main__":
    main()
