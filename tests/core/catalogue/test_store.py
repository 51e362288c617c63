"""A catalogue survives whoever writes it, and what is no catalogue costs nothing but the file."""

import hashlib
import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.core.catalogue.records import FIGURES
from explorer.core.catalogue.store import Catalogue, FileState, KnownFile, remove_oldest
from explorer.core.models.survey import Surveyed


def facts_of(*contents: bytes) -> Surveyed:
    count = len(contents)
    digests = [hashlib.sha256(content).digest() for content in contents]
    shares = np.linspace(0, 1, count)
    return Surveyed(
        np.frombuffer(b"".join(digests), np.uint8).reshape(count, 32),
        np.stack([shares, 1 - shares], axis=1),
        shares.astype(np.float32),
        np.repeat(shares[:, None], 4, axis=1).astype(np.float16),
        np.repeat(shares[:, None], len(FIGURES), axis=1).astype(np.float32),
        np.arange(2 * count, dtype=np.uint64).reshape(count, 2),
        {},
    )


def put(catalogue: Catalogue, *contents: bytes) -> None:
    found = facts_of(*contents)
    files = {
        content: KnownFile(FileState(len(content), 5), digest.tobytes(), "")
        for content, digest in zip(contents, found.digests, strict=True)
    }
    catalogue.add(files, found)


@settings(max_examples=20, deadline=None)
@given(st.sets(st.binary(min_size=1, max_size=40), max_size=12))
def test_what_is_put_in_comes_out(tmp_path_factory: pytest.TempPathFactory, contents) -> None:
    folder = tmp_path_factory.mktemp("catalogues")
    catalogue = Catalogue(folder, "one", 2)
    put(catalogue, *contents)
    catalogue.close()
    catalogue = Catalogue(folder, "one", 2)
    assert catalogue.notice == ""
    assert set(catalogue.files()) == contents
    expected = facts_of(*contents)
    places, found = catalogue.facts()
    halves = {
        digest: half
        for digests, embeddings in catalogue.embeddings()
        for digest, half in zip(digests, embeddings, strict=True)
    }
    for row, digest in enumerate(expected.digests):
        place = places[digest.tobytes()]
        np.testing.assert_allclose(found.probabilities[place], expected.probabilities[row], 1e-6)
        np.testing.assert_array_equal(found.hashes[place], expected.hashes[row])
        np.testing.assert_array_equal(halves[digest.tobytes()], expected.embeddings[row])
    catalogue.close()


WRITER = """
import sys
from pathlib import Path
from tests.core.catalogue.test_store import put
from explorer.core.catalogue.store import Catalogue
catalogue = Catalogue(Path(sys.argv[1]), "one", 2)
for number in range(100_000):
    put(catalogue, b"picture %d" % number)
    print(number, flush=True)
"""


def test_a_writer_that_is_killed_loses_nothing_that_it_had_put_in(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            if int(line) == 50:
                writer.kill()
                break
    catalogue = Catalogue(tmp_path, "one", 2)
    assert catalogue.notice == ""
    assert {b"picture %d" % number for number in range(51)} <= set(catalogue.files())
    assert len(catalogue.facts()[0]) == len(catalogue.files())
    put(catalogue, b"another")
    assert b"another" in catalogue.files()
    catalogue.close()


@pytest.mark.parametrize("fault", ["noise", "cut", "newer"])
def test_what_is_damaged_or_newer_is_moved_aside_with_one_notice(
    tmp_path: Path, fault: str
) -> None:
    catalogue = Catalogue(tmp_path, "one", 2)
    put(catalogue, *(b"%d" % number for number in range(500)))
    catalogue.close()
    file = tmp_path / "one.sqlite"
    if fault == "newer":
        connection = sqlite3.connect(file)
        connection.execute("PRAGMA user_version = 99")
        connection.close()
    else:
        content = file.read_bytes()
        file.write_bytes(b"no catalogue" * 999 if fault == "noise" else content[:5000])
    catalogue = Catalogue(tmp_path, "one", 2)
    assert catalogue.files() == {}
    assert catalogue.facts()[0] == {}
    assert "was moved aside" in catalogue.notice
    assert (tmp_path / "one.damaged").exists()
    put(catalogue, b"new")
    assert list(catalogue.files()) == [b"new"]
    catalogue.close()


def test_two_windows_write_at_once(tmp_path: Path) -> None:
    def work(letter: bytes) -> None:
        catalogue = Catalogue(tmp_path, "one", 2)
        for number in range(40):
            put(catalogue, letter + b"%d" % number)
        notices.append(catalogue.notice)
        catalogue.close()

    notices: list[str] = []
    threads = [threading.Thread(target=work, args=(letter,)) for letter in (b"a", b"b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    catalogue = Catalogue(tmp_path, "one", 2)
    assert notices == ["", ""]
    assert len(catalogue.files()) == len(catalogue.facts()[0]) == 80
    catalogue.close()


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    for age, name in enumerate(("old", "newer", "own")):
        file = tmp_path / f"{name}.sqlite"
        file.write_bytes(bytes(1000))
        os.utime(file, (age, age))
    remove_oldest(tmp_path, keep=tmp_path / "own.sqlite", most_bytes=2000)
    assert {file.stem for file in tmp_path.iterdir()} == {"newer", "own"}
    remove_oldest(tmp_path, keep=tmp_path / "own.sqlite", most_bytes=10)
    assert {file.stem for file in tmp_path.iterdir()} == {"own"}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, dict[bytes, tuple[float, ...]]]:
    """Return a catalogue's bytes, and the probabilities in it by digest."""
    folder = tmp_path_factory.mktemp("sound")
    catalogue = Catalogue(folder, "one", 2)
    contents = [b"%d" % number for number in range(40)]
    put(catalogue, *contents)
    catalogue.close()
    expected = facts_of(*contents)
    shares = {
        digest.tobytes(): tuple(row.astype(np.float32).tolist())
        for digest, row in zip(expected.digests, expected.probabilities, strict=True)
    }
    return (folder / "one.sqlite").read_bytes(), shares


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_what_is_damaged_anywhere_is_never_believed_and_never_raises(
    sound: tuple[bytes, dict[bytes, tuple[float, ...]]],
    tmp_path_factory: pytest.TempPathFactory,
    data: st.DataObject,
) -> None:
    content, expected = bytearray(sound[0]), sound[1]
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content) - 1))
        noise = data.draw(st.one_of(st.binary(min_size=1, max_size=8), st.just(bytes(512))))
        content[start : start + len(noise)] = noise[: len(content) - start]
    folder = tmp_path_factory.mktemp("damaged")
    (folder / "one.sqlite").write_bytes(content)
    catalogue = Catalogue(folder, "one", 2)
    catalogue.files()
    places, found = catalogue.facts()
    list(catalogue.embeddings())
    for digest, place in places.items():
        assert tuple(found.probabilities[place].tolist()) == expected[digest]
    # Whatever it was, the catalogue can be used again, unless nothing can be kept at all.
    put(catalogue, b"new")
    assert hashlib.sha256(b"new").digest() in catalogue.facts()[0] or catalogue.notice
    catalogue.close()
