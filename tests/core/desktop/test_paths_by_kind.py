"""Paths are told apart by what they hold."""

from pathlib import Path

from explorer.core.desktop.paths_by_kind import sort_paths


def test_what_belongs_to_a_network_is_no_kernel_and_no_folder_of_pictures(tmp_path: Path):
    texts = {
        "kernel.json": '{"name": "class_name", "weights": [[1, 2]]}',
        "matrix.json": "[[1, 2]]",
        "keras.json": '{"class_name": "Functional", "config": {"name": "model"}}',
        "model.json": '{"format": "layers-model", "modelTopology": {"keras_version": "3"}}',
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    for name, inside in {"saved": "saved_model.pb", "run": "card.json", "other": "a.txt"}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / inside).symlink_to("whatever")
    found = sort_paths(sorted(tmp_path.iterdir()))
    assert [path.name for path in found.kernels] == ["kernel.json", "matrix.json"]
    assert [path.name for path in found.models] == ["keras.json", "model.json", "run", "saved"]
    assert [path.name for path in found.folders] == ["other"]
