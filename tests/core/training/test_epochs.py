"""Which networks of earlier epochs are kept."""

from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from explorer.core.training.epochs import epoch_file, kept_epochs, superfluous_epoch


@given(st.integers(2, 300), st.integers(3, 12), st.data())
def test_what_is_kept_is_spread_over_the_training_with_first_newest_and_best(
    epochs: int, room: int, data: st.DataObject
) -> None:
    best, kept = 1, []
    for epoch in range(1, epochs + 1):
        if data.draw(st.booleans()):
            best = epoch
        kept.append(epoch)
        if len(kept) > room:
            kept.remove(superfluous_epoch(kept, best))
    assert kept == sorted(set(kept))
    assert len(kept) == min(epochs, room)
    assert {1, epochs, best} <= set(kept)


def test_early_epochs_are_nearer_to_each_other() -> None:
    kept: list[int] = []
    for epoch in range(1, 61):
        kept.append(epoch)
        if len(kept) > 8:
            kept.remove(superfluous_epoch(kept, 60))
    gaps = [later - earlier for earlier, later in pairwise(kept)]
    assert max(gaps[:2]) <= max(gaps[2:])
    assert max(gaps) <= 20


def test_only_what_is_called_so_is_an_epoch(tmp_path: Path) -> None:
    assert kept_epochs(tmp_path / "missing") == []
    for name in ("epoch-00012.keras", "epoch-2.keras", "epoch-00001.keras.tmp", "other.keras"):
        (tmp_path / name).touch()
    epoch_file(tmp_path, 3).touch()
    assert kept_epochs(tmp_path) == [3, 12]
