"""The recipes of train.py, in words and figures: what is told of them before Keras is loaded."""

from dataclasses import dataclass

_BYTES = 4
"""Of a weight in float32."""
_CHECKPOINTS = 3
"""As many lie there at once, while one is written."""
_CHECKPOINT_SIZE = 4
"""A checkpoint holds the weights, two moments of each, and the best weights."""
_OTHER_BYTES = 10_000_000


@dataclass(frozen=True)
class RecipeFacts:
    """What a person chooses a recipe by.

    Attributes
    ----------
    name : str
        As on the command line.
    sentence : str
        What it is, without a full stop.
    edge : int
        Height and width of its pictures, in pixels.
    parameters : int
        About as many as the network has, for two classes.
    is_pretrained : bool
        Whether it begins with weights from ImageNet, which are downloaded once.
    """

    name: str
    sentence: str
    edge: int
    parameters: int
    is_pretrained: bool = False

    def room_needed(self, keep_epochs: float) -> int:
        """Return about how many bytes its run takes on the disk while it is trained.

        Parameters
        ----------
        keep_epochs : float
            As in `TrainingConfig`.
        """
        weights = self.parameters * _BYTES
        return round((_CHECKPOINTS * _CHECKPOINT_SIZE + keep_epochs) * weights) + _OTHER_BYTES


RECIPES: tuple[RecipeFacts, ...] = (
    RecipeFacts(
        "article",
        "the tutorial's network: three convolutional layers, 150x150",
        150,
        1_360_000,
    ),
    RecipeFacts(
        "scratch",
        "a residual network of our own, from scratch, 128x128",
        128,
        1_560_000,
    ),
    RecipeFacts(
        "transfer",
        "a backbone pre-trained on ImageNet, 224x224: first the head, then fine-tuning of all but "
        "the first quarter of the layers",
        224,
        2_260_000,
        is_pretrained=True,
    ),
    RecipeFacts(
        "bottleneck",
        "the tutorial's second network: a dense head on precomputed backbone features, 150x150",
        150,
        10_500_000,
        is_pretrained=True,
    ),
)


def recipe_facts(name: str) -> RecipeFacts:
    """Return what is known of a recipe; StopIteration where there is none of that name."""
    return next(one for one in RECIPES if one.name == name)
