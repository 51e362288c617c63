"""The registry of pages: one line for each, in the order in which the window shows them."""

from typing import TYPE_CHECKING

from explorer.views.classify.spec import CLASSIFY
from explorer.views.common.page_spec import PageSpec
from explorer.views.dataset.spec import DATASET
from explorer.views.filter.spec import FILTER
from explorer.views.network.spec import NETWORK
from explorer.views.training.spec import TRAINING

if TYPE_CHECKING:
    from explorer.wiring.states import States

PAGES: tuple[PageSpec["States"], ...] = (
    DATASET,
    FILTER,
    NETWORK,
    CLASSIFY,
    TRAINING,
)
FIRST_PAGE = FILTER.name
