"""Networks as they were after some of the epochs, to look back at how they came about."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.core.training.epochs import epoch_file, kept_epochs, superfluous_epoch

if TYPE_CHECKING:
    import keras

WEIGHT_BYTES = 4


class KeptEpochs:
    """Model files of some epochs, spread over the training; never more than fit.

    Parameters
    ----------
    folder : Path
        Made with the first.
    share : float
        How much room they may take, as a multiple of the model's weights in float32; 0 keeps none.
    """

    def __init__(self, folder: Path, share: float) -> None:
        self._folder = folder
        self._share = share

    def save(self, network: "keras.Model", epoch: int, best: int) -> None:
        """Keep a network, its weights rounded to half precision; itself, it stays as it is.

        Others go where there is no room for all: never the first nor the best, and those last
        whose neighbours are far away.

        Raises
        ------
        OSError
            It could not be written.
        """
        # Where a training stands is read without TensorFlow.
        from explorer.ml.runs.compact_weights import (
            HALF_PRECISION_BITS,
            round_weights,
            save_network,
        )

        if not self._share:
            return
        self._folder.mkdir(exist_ok=True)
        weights = network.get_weights()
        round_weights(network, HALF_PRECISION_BITS)
        try:
            save_network(network, epoch_file(self._folder, epoch))
        finally:
            network.set_weights(weights)
        room = self._share * WEIGHT_BYTES * network.count_params()
        kept = kept_epochs(self._folder)
        for later in [one for one in kept if one > epoch]:  # of a sitting that was cut off
            self._remove(later)
        kept = [one for one in kept if one <= epoch]
        while len(kept) > 1 and self._size(kept) > room:
            superfluous = superfluous_epoch(kept, best)
            self._remove(superfluous)
            kept.remove(superfluous)

    def _size(self, epochs: list[int]) -> int:
        return sum(epoch_file(self._folder, epoch).stat().st_size for epoch in epochs)

    def _remove(self, epoch: int) -> None:
        with suppress(OSError):
            epoch_file(self._folder, epoch).unlink()
