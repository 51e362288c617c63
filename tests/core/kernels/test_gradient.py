"""Pairs of kernels, and what they are called."""

import numpy as np

from explorer.core.kernels.gradient import with_second_kernel
from explorer.core.kernels.kernel import Kernel
from explorer.core.kernels.presets import find_preset


def test_gx_is_paired_with_gy():
    assert with_second_kernel(find_preset("gx").kernels[0]) is find_preset("gradient")


def test_another_kernel_is_paired_with_itself_in_the_other_direction():
    pair = with_second_kernel(Kernel("mine", np.array([[1.0, 0], [0, 2]])))
    assert pair.name == "Magnitude of mine and mine at 90°"
    assert pair.kernels[1].weights.tolist() == [[0, 2], [1, 0]]
    pair = with_second_kernel(Kernel("mine", np.array([[1.0], [2]])))
    assert (pair.kernels[1].name, pair.kernels[1].weights.tolist()) == ("mine flipped", [[2], [1]])
