"""Rows: by which class their files are copied."""

from pathlib import Path

from explorer.core.models.prediction import Prediction
from explorer.errors import PictureError
from explorer.state.classify.result_rows import files_by_class, make_rows


def test_files_are_copied_by_what_is_known_of_them():
    names = ("cat.jpg", "fox.jpg", "broken.jpg", "waiting.jpg", "pasted")
    cat, fox, broken, waiting, pasted = rows = make_rows(Path(name) for name in names)
    classes, sure = ("cat", "dog"), (0.9, 0.1)
    cat.prediction = Prediction("cat.jpg", classes, sure, novelty=0.4)
    fox.prediction = Prediction("fox.jpg", classes, sure, novelty=1.3)
    broken.prediction = Prediction("broken.jpg", error=PictureError("It is empty."))
    pasted.prediction = Prediction("pasted", classes, sure)
    pasted.read = lambda: None  # type: ignore[assignment, return-value]
    assert files_by_class(rows) == [(cat.path, "cat"), (fox.path, None), (broken.path, None)]
    assert waiting.prediction is None
