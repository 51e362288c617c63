"""What can be done with the epochs of a run."""

from typing import TYPE_CHECKING

from explorer.views.common.command import Command

if TYPE_CHECKING:
    from explorer.views.training.epochs.part import EpochsPart


def _has_epoch(part: "EpochsPart") -> bool:
    return bool(part.state.epoch)


EPOCH_COMMANDS: tuple[Command["EpochsPart"], ...] = (
    Command(
        "play_epochs",
        "&Play",
        lambda part: part.toggle_film(),
        keys="P",
        keywords="film animate movie epochs training",
        tip="Show one epoch after the other; all are computed first (P)",
        is_enabled=lambda part: part.film.can_play,
        describe=lambda part: "&Stop" if part.film.is_playing else "&Play",
    ),
    Command(
        "open_epoch_in_network",
        "Open this epoch in &Network",
        lambda part: part.open_in("network"),
        keys="N",
        keywords="model layers why explain weights",
        tip="Make the network of this epoch the current model: its layers, and why it answers so",
        is_enabled=_has_epoch,
    ),
    Command(
        "open_epoch_in_classify",
        "Open this epoch in &Classify",
        lambda part: part.open_in("classify"),
        keys="C",
        keywords="model predict",
        tip="Make the network of this epoch the current model, and classify with it",
        is_enabled=_has_epoch,
    ),
    Command(
        "save_epoch",
        "&Save this epoch as…",
        lambda part: part.save_epoch(),
        keywords="export keras model file copy",
        tip="Save its network as a .keras file",
        is_enabled=_has_epoch,
    ),
    Command(
        "export_film",
        "&Export the film…",
        lambda part: part.export(),
        keywords="gif png sequence animation save picture",
        tip="Save what is shown of all kept epochs as a GIF, or as PNG files",
        is_enabled=lambda part: part.film.can_play,
    ),
)
