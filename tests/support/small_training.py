"""Training that shows the same in a fraction of the time: on small pictures, without LiteRT."""

from collections.abc import Iterator
from contextlib import contextmanager

SMALL_SIZE = (24, 24)


@contextmanager
def small_training(size: tuple[int, int] = SMALL_SIZE, *, exports: bool = False) -> Iterator[None]:
    """Let the recipes take pictures of a size, in a process that may import TensorFlow.

    Parameters
    ----------
    size : (int, int)
        Height and width.
    exports : bool
        Whether `model.tflite` is made, which takes as long as the training of so little.
    """
    from explorer.ml.networks import recipes
    from explorer.ml.runs import save

    height, width = size
    smaller = (height * 4 // 5, width * 4 // 5)
    changes = {
        recipes: {
            "ARTICLE_INPUT_SIZE": size,
            "SCRATCH_INPUT_SIZE": size,
            "SCRATCH_FIRST_SIZE": smaller,
            "TRANSFER_INPUT_SIZE": size,
            "TRANSFER_TRAINING_SIZE": smaller,
        },
        save: {} if exports else {"export_run": lambda *arguments, **named: None},
    }
    before = {
        module: {name: vars(module)[name] for name in values} for module, values in changes.items()
    }
    for module, values in changes.items():
        vars(module).update(values)
    try:
        yield
    finally:
        for module, values in before.items():
            vars(module).update(values)
