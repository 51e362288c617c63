"""Every part of the Training page: a line for each, in the order of `PARTS`."""

from typing import TYPE_CHECKING

from explorer.views.common.part import Part
from explorer.views.training.epochs.part import EpochsPart
from explorer.views.training.runs.part import RunsPart
from explorer.views.training.train.part import TrainPart

if TYPE_CHECKING:
    from explorer.views.training.spec import Parts


def make_parts(states: "Parts") -> tuple[Part, ...]:
    """Make the parts, each of the states that it shows."""
    return (
        TrainPart(states.training, states.setup),
        RunsPart(states.runs, states.changes),
        EpochsPart(states.epochs, states.film),
    )
