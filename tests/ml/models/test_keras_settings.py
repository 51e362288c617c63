"""Keras is imported with this program's settings, whatever a person has set for theirs."""

import os
from pathlib import Path

import pytest

from explorer import paths
from explorer.errors import ExplorerError
from explorer.ml.models.keras_settings import choose_keras_settings, choose_training_backend


def settings_in_child() -> tuple[str, str, str, float]:
    import keras

    return (
        keras.config.backend(),
        keras.config.image_data_format(),
        keras.config.floatx(),
        keras.config.epsilon(),
    )


def test_a_persons_settings_are_not_ours(in_child) -> None:
    # The child's home has settings with which Keras cannot be imported: see conftest.py.
    assert in_child(settings_in_child) == ("tensorflow", "channels_last", "float32", 1e-7)


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KERAS_HOME", "KERAS_BACKEND", "KERAS_MAX_EPOCHS"):
        monkeypatch.setenv(name, "before")  # which is then put back
        monkeypatch.delenv(name)


def test_weights_that_were_downloaded_before_are_found() -> None:
    downloaded = Path.home() / ".keras" / "models"
    downloaded.mkdir(parents=True)
    (downloaded / "weights.h5").write_text("some")
    os.environ["KERAS_MAX_EPOCHS"] = "1"
    for _ in range(2):
        choose_keras_settings("jax")
        ours = Path(os.environ["KERAS_HOME"])
        assert ours == paths.user_cache() / "keras"
        assert (ours / "models" / "weights.h5").read_text() == "some"
    assert os.environ["KERAS_BACKEND"] == "jax"
    assert "KERAS_MAX_EPOCHS" not in os.environ


def test_a_home_that_cannot_be_written_keeps_nothing_from_starting() -> None:
    paths.user_cache().parent.mkdir(parents=True)
    paths.user_cache().write_text("a file")
    choose_keras_settings("tensorflow")
    assert os.environ["KERAS_HOME"] == str(paths.user_cache() / "keras")


@pytest.mark.parametrize("name", ["torch", "numpy", "openvino", "TensorFlow", "a\nb", "x" * 500])
def test_another_backend_is_one_sentence(name: str) -> None:
    os.environ["KERAS_BACKEND"] = name
    with pytest.raises(ExplorerError) as refused:
        choose_training_backend()
    assert refused.value.sentence.endswith("set it to tensorflow or jax, or unset it.")
    assert "\n" not in refused.value.sentence
    assert len(refused.value.sentence) < 200


@pytest.mark.parametrize(
    ("name", "backend"), [("", "tensorflow"), ("tensorflow", "tensorflow"), ("jax", "jax")]
)
def test_these_train(name: str, backend: str) -> None:
    os.environ["KERAS_BACKEND"] = name
    assert choose_training_backend() == backend
