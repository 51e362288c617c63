"""What a person asks of a dataset: which pictures, in which order."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from explorer.core.catalogue.facets import Choice
from explorer.core.catalogue.orders import BY_NAME


@dataclass(frozen=True)
class Query:
    """Which pictures are shown, in which order.

    Attributes
    ----------
    text : str
        The file names contain it.
    choices : dict of str to Choice
        What is chosen of each facet, by its name.
    order : str
        The name of one of `ORDERS`, or `PICKED`.
    is_descending : bool
    """

    text: str = ""
    choices: Mapping[str, Choice] = field(default_factory=dict)
    order: str = BY_NAME.name
    is_descending: bool = False

    @property
    def is_narrowed(self) -> bool:
        """Whether it leaves anything out."""
        return bool(self.text or self.choices)
