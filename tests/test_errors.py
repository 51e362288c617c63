"""What went wrong, as values: the sentence is made of them, and they cross to other processes."""

import pickle

import pytest

from explorer.errors import DatasetError, ExplorerError, PictureError


@pytest.mark.parametrize(
    ("error", "sentence", "without_name"),
    [
        (
            PictureError.not_opened("a “b”.jpg", "the file is empty"),
            "“a “b”.jpg” was not opened: the file is empty.",
            "The file is empty.",
        ),
        (
            DatasetError.not_written("x", "“y” is in its place"),
            "“x” was not written: “y” is in its place.",
            "“y” is in its place.",
        ),
        (PictureError("No picture."), "No picture.", "No picture."),
        (ExplorerError(), "Something went wrong.", "Something went wrong."),
    ],
)
def test_an_error_is_told_with_its_name_and_without(error, sentence, without_name):
    for one in (error, pickle.loads(pickle.dumps(error)), type(error)(*error.args)):
        assert type(one) is type(error)
        assert one.sentence == str(one) == sentence
        assert one.sentence_without_name == without_name
        assert (one.name, one.reason) == (error.name, error.reason)
        assert all(isinstance(argument, str) for argument in one.args)
