"""Samples are decoded once: for this run and, while the files stay as they are, for the next."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.core.datasets.dataset import Sample
from explorer.errors import ExplorerError
from explorer.ml.data import cache as decoded_cache
from explorer.ml.data import decode as decoding
from explorer.ml.data.decode import DecodedSamples, decode_samples
from tests.support.hostile_files import as_nobody, noise, write_refused_files

SIZE = (20, 30)
CLASSES = ("cat", "dog")


@pytest.fixture
def samples(tmp_path) -> list[Sample]:
    """Write pictures of two classes, each of another size."""
    folder = tmp_path / "data"
    folder.mkdir()
    made = []
    for number in range(6):
        label = CLASSES[number % 2]
        path = folder / f"{label}.{number}.png"
        Image.fromarray(noise(24 + number, 40, number)).save(path)
        made.append(Sample(path, label))
    return made


@pytest.fixture
def cache(tmp_path) -> Path:
    return tmp_path / "cache" / "decoded"


@pytest.fixture
def decoded_names(monkeypatch) -> list[str]:
    """Return a list that gets the name of every picture that is truly decoded."""
    names = []

    def note_and_decode(data, *, name, path):
        names.append(name)
        return decode(data, name=name, path=path)

    decode = decoding.decode_picture
    monkeypatch.setattr(decoding, "decode_picture", note_and_decode)
    return names


def decode_all(samples, cache, size=SIZE, report=lambda step, done: None) -> DecodedSamples:
    return decode_samples(samples, CLASSES, size, report, cache=cache)


def pillow_pixels(path: Path, size=SIZE) -> np.ndarray:
    height, width = size
    image = Image.open(path).convert("RGB")
    return np.asarray(image.resize((width, height), Image.Resampling.BILINEAR))


def assert_equal(one: DecodedSamples, other: DecodedSamples) -> None:
    np.testing.assert_array_equal(one.pictures, other.pictures)
    np.testing.assert_array_equal(one.labels, other.labels)
    for name in ("samples", "digests", "failures", "data_hash"):
        assert getattr(one, name) == getattr(other, name)


def cached_file(cache: Path, suffix: str) -> Path:
    (file,) = cache.glob(f"*{suffix}")
    return file


@pytest.mark.parametrize("is_kept", [True, False])
def test_pixels_labels_and_hashes(samples, cache, is_kept):
    decoded = decode_all(samples, cache if is_kept else None)
    assert decoded.samples == tuple(samples)
    assert decoded.pictures.dtype == np.uint8
    expected = np.stack([pillow_pixels(sample.path) for sample in samples])
    np.testing.assert_array_equal(decoded.pictures, expected)
    assert decoded.labels.tolist() == [0, 1, 0, 1, 0, 1]
    manifest, digests = hashlib.sha256(), []
    for sample in samples:
        data = sample.path.read_bytes()
        digests.append(hashlib.sha256(data).hexdigest())
        manifest.update(f"{sample.path.name} {len(data)} {digests[-1]}\n".encode())
    assert decoded.digests == tuple(digests)
    assert decoded.data_hash == manifest.hexdigest()
    assert decoded.failures == ()
    assert cache.exists() == is_kept
    with pytest.raises(ValueError, match="read-only"):
        decoded.pictures[0] = 0


def test_the_second_time_nothing_is_decoded(samples, cache, decoded_names):
    first = decode_all(samples, cache)
    assert sorted(decoded_names) == sorted(sample.path.name for sample in samples)
    decoded_names.clear()
    second = decode_all(samples, cache)
    assert decoded_names == []
    assert_equal(second, first)
    with pytest.raises(ValueError, match="read-only"):
        second.pictures[0] = 0
    decode_all(samples, None)
    assert len(decoded_names) == 6


def test_progress_of_both_steps(samples, cache):
    told = []
    decode_all(samples, cache, report=lambda step, done: told.append((step, done)))
    assert told == [("reading", i) for i in range(1, 7)] + [("decoding", i) for i in range(1, 7)]
    told.clear()
    decode_all(samples, cache, report=lambda step, done: told.append((step, done)))
    assert told == [("reading", i) for i in range(1, 7)]


def change_content(samples):
    path = samples[2].path
    stat = path.stat()
    Image.fromarray(noise(26, 40, 99)).save(path)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # no clock tells of it
    return samples


def change_name(samples):
    path = samples[2].path
    return [*samples[:2], Sample(path.rename(path.with_name("cat.9.png")), "cat"), *samples[3:]]


def add_one(samples):
    path = samples[0].path.with_name("dog.7.png")
    shutil.copy(samples[1].path, path)
    return [*samples, Sample(path, "dog")]


@pytest.mark.parametrize(
    "change", [change_content, change_name, add_one, lambda s: s[:-1], lambda s: s[::-1]]
)
def test_other_files_are_decoded(samples, cache, decoded_names, change):
    decode_all(samples, cache)
    samples = change(samples)
    decoded_names.clear()
    decoded = decode_all(samples, cache)
    assert sorted(decoded_names) == sorted(sample.path.name for sample in samples)
    assert_equal(decoded, decode_all(samples, None))


def test_another_size_or_decoder_is_decoded(samples, cache, decoded_names, monkeypatch):
    first = decode_all(samples, cache)
    for _ in range(2):
        other = decode_all(samples, cache, size=(30, 20))
        np.testing.assert_array_equal(other.pictures[0], pillow_pixels(samples[0].path, (30, 20)))
    assert len(decoded_names) == 12
    code = decoding._hash_decoder()
    monkeypatch.setattr(decoding, "_hash_decoder", lambda: code[::-1])
    decode_all(samples, cache)
    assert len(decoded_names) == 18
    monkeypatch.setattr(decoding, "_version_of", lambda package: "0.1")
    assert_equal(decode_all(samples, cache), first)
    assert len(decoded_names) == 24


def test_of_another_decoder_the_hash_is_another(tmp_path, monkeypatch):
    folder = Path(decoding.read.__file__).parent
    shutil.copytree(folder, tmp_path / "images")
    monkeypatch.setattr(decoding.read, "__file__", str(tmp_path / "images" / "read.py"))
    hashes = {decoding._hash_decoder.__wrapped__()}
    assert hashes == {decoding._hash_decoder()}
    for name in ("read.py", "jpeg.py"):
        with (tmp_path / "images" / name).open("a") as code:
            code.write("# changed")
        hashes.add(decoding._hash_decoder.__wrapped__())
    assert len(hashes) == 3


@pytest.mark.parametrize("make", [os.mkfifo, Path.touch])
def test_a_cache_that_is_no_folder_keeps_nothing(samples, tmp_path, make):
    make(tmp_path / "decoded")
    assert_equal(decode_all(samples, tmp_path / "decoded"), decode_all(samples, None))


def test_without_room_both_figures_are_told(samples, cache, monkeypatch):
    usage = shutil.disk_usage(".")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage._replace(free=2_000_000))
    with pytest.raises(ExplorerError, match=r"take 18 MB\. They .* where 2 MB are free \(no space"):
        decode_all(samples, cache, size=(1000, 1000))
    assert not list(cache.iterdir())


def test_the_same_folder_by_another_path(samples, cache, decoded_names, monkeypatch):
    decode_all(samples, cache)
    decoded_names.clear()
    monkeypatch.chdir(samples[0].path.parent)
    relative = [Sample(Path(sample.path.name), sample.label) for sample in samples]
    assert decode_all(relative, cache).samples == tuple(relative)
    assert decoded_names == []


def test_bad_files_are_left_out_with_their_reason(samples, cache, tmp_path, decoded_names):
    words = write_refused_files(tmp_path)
    words[tmp_path / "gone.jpg"] = "there is no such file"
    bad = [Sample(path, "dog") for path in words]
    mixed = [*bad[:4], *samples[:3], *bad[4:], *samples[3:]]
    first = decode_all(mixed, cache)
    decoded_names.clear()
    second = decode_all(mixed, cache)
    assert decoded_names == []
    unkept = decode_all(mixed, None)
    for decoded in (first, second, unkept):
        assert len(decoded.failures) == len(bad)
        for (path, words_of), (file, reason) in zip(words.items(), decoded.failures, strict=True):
            assert file == path
            assert words_of in reason
            assert path.name not in reason
        good = decode_all(samples, None)
        assert decoded.failures != good.failures
        np.testing.assert_array_equal(decoded.pictures, good.pictures)
        assert (decoded.samples, decoded.digests) == (good.samples, good.digests)
        assert decoded.data_hash == good.data_hash


def test_a_file_that_becomes_readable_is_taken(samples, cache):
    data = samples[3].path.read_bytes()
    samples[3].path.unlink()
    assert len(decode_all(samples, cache).pictures) == 5
    samples[3].path.write_bytes(data)
    whole = decode_all(samples, cache)
    assert_equal(whole, decode_all(samples, None))
    assert len(whole.pictures) == 6


@pytest.mark.parametrize("is_kept", [True, False])
def test_no_readable_file_at_all(tmp_path, cache, is_kept):
    bad = [Sample(path, "cat") for path in write_refused_files(tmp_path)]
    for _ in range(2):
        decoded = decode_all(bad, cache if is_kept else None)
        assert decoded.pictures.shape == (0, *SIZE, 3)
        assert len(decoded.failures) == len(bad)


@pytest.mark.skipif(sys.platform != "linux", reason="names are valid text elsewhere")
def test_a_name_that_is_no_text(samples, cache):
    path = samples[0].path.with_name(os.fsdecode(b"caf\xe9.png"))
    shutil.copy(samples[0].path, path)
    odd = [Sample(path, "cat"), *samples]
    assert_equal(decode_all(odd, cache), decode_all(odd, cache))


def cut(file):
    file.write_bytes(file.read_bytes()[:-1])


def lengthen(file):
    file.write_bytes(file.read_bytes() + b"\0")


def turn_a_bit(file):
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def empty(file):
    file.write_bytes(b"")


def make_pipe(file):
    file.unlink()
    os.mkfifo(file)


def blame_another(file):
    facts = json.loads(file.read_text())
    facts["reasons"] = {"3": facts["reasons"]["1"]}
    file.write_text(json.dumps(facts))


@pytest.mark.parametrize(
    ("suffix", "damage"),
    [
        (".pixels", cut),
        (".pixels", lengthen),
        (".pixels", turn_a_bit),
        (".pixels", empty),
        (".pixels", Path.unlink),
        (".pixels", make_pipe),
        (".json", make_pipe),
        (".json", cut),
        (".json", turn_a_bit),
        (".json", empty),
        (".json", blame_another),
        (".json", Path.unlink),
        (".json", lambda file: file.write_text("[]")),
        (".json", lambda file: file.write_text("[" * 100_000)),
    ],
)
def test_damaged_entries_are_made_again(samples, cache, tmp_path, decoded_names, suffix, damage):
    write_refused_files(tmp_path)
    samples.insert(1, Sample(tmp_path / "half.jpg", "dog"))
    first = decode_all(samples, cache)
    file = cached_file(cache, suffix)
    data = file.read_bytes()
    file.unlink()  # what is mapped already stays as it is
    file.write_bytes(data)
    damage(file)
    decoded_names.clear()
    again = decode_all(samples, cache)
    assert len(decoded_names) == 7
    assert_equal(again, first)
    assert_equal(decode_all(samples, cache), first)
    assert len(decoded_names) == 7, "the entry is whole again"
    assert len(list(cache.iterdir())) == 2


def test_a_file_that_changes_meanwhile(samples, cache, decoded_names):
    def change_once_read(step: str, done: int) -> None:
        if (step, done) == ("reading", 6):
            change_content(samples)

    during = decode_all(samples, cache, report=change_once_read)
    after = decode_all(samples, None)
    assert_equal(during, after)
    decoded_names.clear()
    assert_equal(decode_all(samples, cache), after)
    assert decoded_names == []


def test_an_interrupt_leaves_nothing(samples, cache):
    def interrupt(step: str, done: int) -> None:
        if (step, done) == ("decoding", 3):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        decode_all(samples, cache, report=interrupt)
    assert list(cache.iterdir()) == []


def test_what_was_not_used_for_longest_goes(samples, cache, decoded_names, monkeypatch):
    one = len(samples) * SIZE[0] * SIZE[1] * 3
    monkeypatch.setattr(decoded_cache, "CACHE_LIMIT_BYTES", 3 * one)
    orders = [samples[i:] + samples[:i] for i in range(4)]  # four entries, equally large
    for age, order in enumerate(orders[:3]):
        before = set(cache.glob("*.pixels"))
        decode_all(order, cache)
        (new,) = set(cache.glob("*.pixels")) - before
        os.utime(new, (age, age))
    (cache / "unfinished.tmp").write_bytes(bytes(9))
    os.utime(cache / "unfinished.tmp", (0, 0))
    in_use = decode_all(orders[0], cache)
    held = decode_all(orders[1], cache)
    os.utime(next(path for path in cache.glob("*.pixels") if path.stat().st_mtime == 2), (1, 1))
    decode_all(orders[3], cache)
    assert len(list(cache.iterdir())) == 6
    decoded_names.clear()
    for i in (0, 1, 3):
        decode_all(orders[i], cache)
    assert decoded_names == []
    # What is larger than the limit is kept all the same, alone; what goes stays readable.
    monkeypatch.setattr(decoded_cache, "CACHE_LIMIT_BYTES", one // 2)
    decode_all(orders[2], cache)
    assert len(list(cache.iterdir())) == 2
    decode_all(orders[2], cache)
    assert len(decoded_names) == 6
    unkept = decode_all(samples, None)
    assert_equal(in_use, unkept)
    np.testing.assert_array_equal(held.pictures, np.roll(unkept.pictures, -1, axis=0))


def test_a_file_in_the_place_of_the_folder(samples, tmp_path):
    taken = tmp_path / "taken"
    taken.write_bytes(b"mine")
    for folder in (taken, taken / "decoded"):
        assert_equal(decode_all(samples, folder), decode_all(samples, None))
    assert taken.read_bytes() == b"mine"


@pytest.fixture
def open_folder():
    """Make a folder that every user of the computer may enter."""
    with tempfile.TemporaryDirectory(prefix="convnet-explorer-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="this system has other permissions")
def test_a_folder_that_can_only_be_read(open_folder, decoded_names):
    path = open_folder / "cat.1.png"
    Image.fromarray(noise(24, 24)).save(path)
    samples = [Sample(path, "cat")]
    folder = open_folder / "cache"
    folder.mkdir()
    folder.chmod(0o555)
    with as_nobody():
        first = decode_all(samples, folder)
    assert list(folder.iterdir()) == []
    folder.chmod(0o755)
    decode_all(samples, folder)
    folder.chmod(0o555)
    decoded_names.clear()
    with as_nobody():
        assert_equal(decode_all(samples, folder), first)
    assert decoded_names == []
    folder.chmod(0o755)


@pytest.fixture
def small_disk(tmp_path):
    """Mount a disk of one megabyte, where that is possible."""
    mount = shutil.which("mount")
    if sys.platform != "linux" or os.geteuid() != 0 or mount is None:
        pytest.skip("only root on Linux can mount a disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if subprocess.run([mount, *options], capture_output=True, check=False).returncode != 0:
        pytest.skip("this system allows no mounts")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.parametrize("is_foreseen", [True, False])
def test_full_disks(samples, small_disk, monkeypatch, is_foreseen):
    size = (400, 400)  # 2.9 MB in all
    if not is_foreseen:  # a quota, or someone else who writes
        usage = shutil.disk_usage("/")._replace(free=10**12)
        monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    expected = decode_all(samples, None, size)
    assert_equal(decode_all(samples, small_disk, size), expected)
    assert list(small_disk.iterdir()) == []
    monkeypatch.setattr(tempfile, "tempdir", str(small_disk))
    for cache in (small_disk, None):
        with pytest.raises(ExplorerError, match=r"take 3 MB.*no space left") as caught:
            decode_all(samples, cache, size)
        assert "\n" not in caught.value.sentence
    assert list(small_disk.iterdir()) == []


def test_room_is_made_on_a_full_disk(samples, small_disk, decoded_names):
    for size in ((150, 150), (200, 200)):  # 0.4 and 0.7 MB
        decode_all(samples, small_disk, size)
    assert len(list(small_disk.iterdir())) == 2
    decode_all(samples, small_disk, (200, 200))
    assert len(decoded_names) == 12
