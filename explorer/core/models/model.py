"""A model that a person works with: an included one, a run of train.py, or a file of their own."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from explorer.core.files.names import printable_name
from explorer.core.models.card import Card
from explorer.core.models.model_use import Edit, ModelUse, Outputs
from explorer.core.models.preparation import Preparation
from explorer.core.models.run_folder import Run


@dataclass(frozen=True)
class Model:
    """A model and how it is used.

    Attributes
    ----------
    path : Path
        A run folder, a SavedModel folder or a model file.
    classes : tuple of str
        In the order of its outputs; empty where it does not tell classes apart.
    preparation : Preparation
        How a picture becomes its input.
    outputs : {"probabilities", "logits", "independent", "other"}
        What it returns.
    card : Card or None
        Of a run folder.
    edits : tuple of Edit
        What a person changed in it.
    changed_at : int
        When the file was written, in nanoseconds: one that was saved anew is another model.
    """

    path: Path
    classes: tuple[str, ...]
    preparation: Preparation
    outputs: Outputs = "probabilities"
    card: Card | None = None
    edits: tuple[Edit, ...] = ()
    changed_at: int = 0

    @classmethod
    def of_run(cls, run: Run) -> "Model":
        """Return a run as a model: its card says how it is used."""
        card = run.card
        return cls(run.folder, card.classes, Preparation(card.input_size), card=card)

    @property
    def name(self) -> str:
        """The file's or folder's name, by which a person asks for it; printable."""
        return printable_name(self.path.name)

    @cached_property
    def use(self) -> ModelUse:
        """The model as requests name it."""
        return ModelUse(
            self.path, self.preparation, len(self.classes), self.outputs, edits=self.edits
        )

    def with_edits(self, edits: tuple[Edit, ...]) -> "Model":
        """Return the same with these changes instead of those that it has."""
        return replace(self, edits=edits)
