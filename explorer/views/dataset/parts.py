"""Every part of the Dataset page besides the pictures: a line for each, in the order of `PARTS`."""

from typing import TYPE_CHECKING

from explorer.views.common.part import Part
from explorer.views.dataset.evaluation.part import EvaluationPart
from explorer.views.dataset.health.part import HealthPart
from explorer.views.dataset.map.part import MapPart

if TYPE_CHECKING:
    from explorer.views.dataset.spec import Parts


def make_parts(states: "Parts") -> tuple[Part, ...]:
    """Make the parts, each of the states that it shows."""
    return (
        EvaluationPart(states.dataset, states.evaluation, states.survey),
        MapPart(states.dataset, states.map_state, states.survey),
        HealthPart(states.dataset, states.health, states.decisions, states.survey),
    )
