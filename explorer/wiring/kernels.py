"""Kernels that go from a network to the Filter page, and back into it."""

import numpy as np
from PySide6.QtCore import QObject

from explorer.core.kernels.kernel import Filter, Kernel
from explorer.views.window.main_window import MainWindow
from explorer.wiring.states import States

TURNED = ", rotated by 180°"


class KernelExchange(QObject):
    """Turns kernels where the Filter page convolves: a network correlates."""

    def __init__(self, states: States, window: MainWindow) -> None:
        super().__init__(window)
        self._states = states
        self._window = window
        states.weights_state.kernel_sent.connect(self._send)
        states.filter.settings_changed.connect(self._offer)
        self._offer()

    def _send(self, kernel: Kernel) -> None:
        convolution = self._states.filter.settings.convolution
        is_turned = convolution is None or not convolution.geometry.is_correlation
        name, text = kernel.name, f"“{kernel.name}” is applied to the photo."
        if is_turned:
            name += TURNED
            text += " It is rotated by 180°: convolution turns it back, a network does not turn it."
        weights = np.rot90(kernel.weights, 2) if is_turned else kernel.weights
        self._states.filter.choose_filter(Filter(name, (Kernel(name, weights),), key=""))
        self._window.show_page("filter")
        self._states.notices.hint(text, topic="kernel")

    def _offer(self) -> None:
        """Tell which kernel the Filter page has, as a network would keep it."""
        convolution = self._states.filter.settings.convolution
        if convolution is None or len(convolution.filter.kernels) != 1:
            self._states.weights_state.offer(None)
            return
        (kernel,) = convolution.filter.kernels
        if not convolution.geometry.is_correlation:
            kernel = Kernel(kernel.name, np.rot90(kernel.weights, 2))
        self._states.weights_state.offer(kernel)
