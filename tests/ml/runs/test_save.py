"""A finished network becomes a whole run folder, whatever goes wrong with what is extra."""

import io
import zipfile
from pathlib import Path

import numpy as np

from explorer.core.models.card import write_card
from explorer.core.models.run_folder import read_run
from tests.ml.models.test_keras_model import make_picture
from tests.ml.models.test_litert import litert_prediction
from tests.ml.runs.test_curves import HISTORY
from tests.ml.runs.test_export import make_pictures

# In the child.


def finish(folder, *, full_disk=False):
    """Finish a compiled network that has taken a step; return its notes and card as first made."""
    import keras

    from explorer.ml.models.golden import compute_golden_outputs, make_golden
    from explorer.ml.models.keras_network.loading import load_network
    from explorer.ml.runs import export
    from explorer.ml.runs.save import finish_folder
    from tests.support.tiny_runs import TinyRun, make_here

    make_here(TinyRun(str(folder / "source"), has_litert=False))
    source = read_run(folder / "source")
    network = load_network(source)
    network.compile(keras.optimizers.Adam(), "sparse_categorical_crossentropy")
    pictures = make_pictures(24, 24, count=10)
    network.fit(pictures.astype(np.float32), np.arange(10) % 2, verbose=0)
    golden = make_golden(compute_golden_outputs(network, (24, 24)), 1e-4)
    card = source.card
    card.golden["model.keras"] = golden
    partial = folder / "run.partial"
    partial.mkdir()
    (partial / "history.csv").write_text(HISTORY, encoding="utf-8")
    write = export.write_atomically

    def refuse(path, data):
        raise OSError(28, "No space left on device")

    notes: list[str] = []
    if full_disk:
        export.write_atomically = refuse
    try:
        finish_folder(
            network,
            card,
            partial,
            folder / "run",
            notes.append,
            pictures=None if full_disk else pictures,
        )
    finally:
        export.write_atomically = write
    return notes, write_card(card)


def optimizer_variables(file: Path) -> list[str]:
    """Return the groups of the weights in a .keras file that are an optimizer's."""
    import h5py

    with zipfile.ZipFile(file) as archive:
        weights = io.BytesIO(archive.read("model.weights.h5"))
    with h5py.File(weights) as content:
        return [name for name in content if "optimizer" in name]


def test_a_run_is_whole_and_its_model_has_no_optimizer(in_child, tmp_path):
    notes, _ = in_child(finish, tmp_path)
    folder = tmp_path / "run"
    assert sorted(file.name for file in folder.iterdir()) == [
        "card.json",
        "confusion.csv",
        "curves.png",
        "history.csv",
        "model.keras",
        "model.tflite",
    ]
    assert len(notes) == 1
    assert notes[0].startswith("LiteRT on 10 validation pictures: float32 ")
    assert not (tmp_path / "run.partial").exists()
    assert optimizer_variables(folder / "model.keras") == []
    with zipfile.ZipFile(folder / "model.keras") as archive:
        assert b"Adam" not in archive.read("config.json")
    in_child(litert_prediction, folder, make_picture(50, 30))


def test_where_the_export_fails_the_run_is_there_without_it(in_child, tmp_path):
    notes, card = in_child(finish_on_a_full_disk, tmp_path)
    folder = tmp_path / "run"
    assert notes == [
        "No model.tflite was written: no space left on device. "
        f"Try again with: python train.py --export {folder}"
    ]
    assert (folder / "card.json").read_text(encoding="utf-8") == card
    assert sorted(file.name for file in folder.iterdir()) == [
        "card.json",
        "confusion.csv",
        "curves.png",
        "history.csv",
        "model.keras",
    ]
    assert read_run(folder).keras_file.is_file()


def finish_on_a_full_disk(folder):
    return finish(folder, full_disk=True)


def test_that_look_for_an_optimizer_would_find_one(in_child, tmp_path):
    in_child(save_compiled, tmp_path / "compiled.keras")
    assert optimizer_variables(tmp_path / "compiled.keras") == ["optimizer"]


def save_compiled(file):
    import keras

    network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    network.compile("adam", "mse")
    network.fit(np.zeros((2, 2)), np.zeros((2, 1)), verbose=0)
    network.save(file)
