"""Every part of the Network page besides the maps: a line for each, in the order of `PARTS`."""

from typing import TYPE_CHECKING

from explorer.views.network.architecture.part import ArchitecturePart
from explorer.views.network.comparison.part import ComparisonPart
from explorer.views.network.operate.part import OperatePart
from explorer.views.network.part import Part
from explorer.views.network.preparation.part import PreparationPart
from explorer.views.network.value.part import ValuePart
from explorer.views.network.weights.part import WeightsPart
from explorer.views.network.why.part import WhyPart

if TYPE_CHECKING:
    from explorer.views.network.spec import Parts


def make_parts(states: "Parts") -> tuple[Part, ...]:
    """Make the parts, each of the states that it shows."""
    network = states.network_state
    return (
        ValuePart(network, states.value_state),
        WeightsPart(network, states.weights_state),
        WhyPart(network, states.explanation_state, states.occluder_state),
        OperatePart(network, states.weights_state, states.edits_state, states.batch_state),
        ComparisonPart(states.comparison_state, states.models),
        PreparationPart(network, states.preparation_state, states.find_out_state),
        ArchitecturePart(network, states.architecture_state),
    )
