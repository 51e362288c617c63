"""The commands, run as a person runs them: through main() with words."""

import csv
import io
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.signal import convolve2d

from explorer import paths
from explorer.__main__ import main
from explorer.core.filters.picture_export import write_picture
from explorer.core.filters.pipeline import Pipeline
from explorer.core.filters.result import SourcePicture, filter_picture
from explorer.core.filters.settings import single_filter
from explorer.core.images.read import read_picture
from explorer.core.kernels.presets import find_preset
from explorer.core.models.prediction import Prediction
from explorer.core.text.percent import format_percent
from explorer.screen import find_screen_trouble
from tests.support.faulty_worker import serve_a_crash
from tests.support.tiny_runs import make_paper_run

ROOT = Path(__file__).resolve().parent.parent
GX = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    pixels = np.random.default_rng(11).integers(0, 256, (31, 44, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture(autouse=True)
def _bundled(monkeypatch: pytest.MonkeyPatch, models_folder: Path) -> None:
    monkeypatch.setattr("explorer.paths.bundled_models", lambda: models_folder)


def pixels_of(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image).astype(float)


def test_filter_writes_the_raw_response(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.npy"
    assert main(["filter", str(photo), "-k", "gx", "-o", str(out)]) == 0
    response = np.load(out)
    assert response.dtype == np.float32
    grey = pixels_of(photo) @ [0.299, 0.587, 0.114]
    expected = convolve2d(grey, GX, mode="same")
    assert np.abs(response - expected).max() <= 1e-6 * 255 * 8


def test_filter_writes_every_file_as_the_window_saves_it(
    photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = single_filter(find_preset("gx"))
    result = filter_picture(SourcePicture(read_picture(photo).picture), settings, Pipeline())
    for suffix in (".tif", ".tiff", ".npy", ".png", ".bmp"):
        saved, written = tmp_path / f"saved{suffix}", tmp_path / f"written{suffix}"
        write_picture(saved, result.shown, result.response)
        assert main(["filter", str(photo), "-k", "gx", "-o", str(written)]) == 0
        assert written.read_bytes() == saved.read_bytes()
        is_raw = suffix not in (".png", ".bmp")
        assert ("clipped" in capsys.readouterr().out) is not is_raw


def test_filter_in_colour_with_a_matrix_a_mode_and_a_border(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.npy"
    words = ["filter", str(photo), "-k", "[[1, 2], [3, 4], [5, 6]]", "-o", str(out)]
    assert main([*words, "--color", "--mode", "full", "--border", "wrap"]) == 0
    planes = pixels_of(photo)
    kernel = np.array([[1, 2], [3, 4], [5, 6]])
    expected = np.stack(
        [convolve2d(planes[..., i], kernel, "full", boundary="wrap") for i in range(3)], axis=2
    )
    response = np.load(out)
    assert response.shape == expected.shape == (33, 45, 3)
    assert np.abs(response - expected).max() <= 1e-6 * 255 * kernel.sum()


def test_filter_writes_a_picture_and_tells_the_clipped_share(
    photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.png"
    assert main(["filter", str(photo), "-k", "gx", "-o", str(out)]) == 0
    expected = convolve2d(pixels_of(photo) @ [0.299, 0.587, 0.114], GX, mode="same")
    half = min(
        np.abs(expected).max(), 4 * np.sqrt(np.square(expected).mean())
    )  # as in the window, mid-grey is 0
    share = (np.abs(expected) > half).mean()
    assert capsys.readouterr().out.startswith(f"{100 * share:.1f} % of the values were clipped")
    assert np.abs(pixels_of(out) - np.clip((expected / half + 1) * 127.5, 0, 255)).max() <= 1


def test_filter_takes_a_kernel_file(photo: Path, tmp_path: Path) -> None:
    kernel, out = tmp_path / "kernel.csv", tmp_path / "out.npy"
    kernel.write_text("0,0,1\n")
    assert main(["filter", str(photo), "-k", str(kernel), "-o", str(out)]) == 0
    grey = pixels_of(photo) @ [0.299, 0.587, 0.114]
    assert np.load(out)[:, 1:] == pytest.approx(grey[:, :-1], abs=1e-3)


def test_a_kernel_larger_than_the_picture_is_refused_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dot = tmp_path / "dot.png"
    Image.new("RGB", (1, 1)).save(dot)
    words = ["filter", str(dot), "-k", "gx", "--mode", "valid", "-o", str(tmp_path / "o.png")]
    assert main(words) == 1
    said = capsys.readouterr().err
    assert "3×3" in said
    assert "1 row and 1 column" in said
    assert not (tmp_path / "o.png").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["filter", "none.jpg", "-k", "gx", "-o", "o.png"], "“none.jpg” was not opened"),
        (["filter", "PHOTO", "-k", "nonsense", "-o", "o.png"], "nonsense"),
        (["filter", "PHOTO", "-k", "gx", "-o", "o.xyz"], "“o.xyz” was not written"),
        (["classify", "PHOTO", "--model", "nobody"], "There is no model “nobody”"),
        (["classify", "PHOTO", "--model", "PHOTO"], "it is a picture, not a model"),
        (["features", "PHOTO", "--model", "TINY", "--layer", "conv_9", "-o", "o.npy"], "conv_9"),
        (
            ["explain", "PHOTO", "--model", "TINY", "--class", "cow", "-o", "o.npy"],
            "has no class “cow”; it has cat, dog.",
        ),
        (
            [
                "explain",
                "PHOTO",
                "--model",
                "TINY",
                "--method",
                "rise",
                "--layer",
                "x",
                "-o",
                "o.npy",
            ],
            "--layer means nothing to RISE, which looks at the input.",
        ),
    ],
)
def test_trouble_is_one_sentence_and_exit_code_1(
    words: list[str], said: str, photo: Path, tmp_path: Path, models_folder: Path
) -> None:
    given = {"PHOTO": str(photo), "TINY": str(models_folder / "tiny")}
    done = _run([given.get(word, word) for word in words], cwd=tmp_path)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def _run(words: list[str], cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own; it finds the tiny models as a person's own runs."""
    return subprocess.run(
        [sys.executable, "-m", "explorer", *words],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_classify_prints_rows_and_goes_on_after_a_bad_file(
    photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"\xff\xd8\xff")
    assert main(["classify", str(bad), str(photo), str(tmp_path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert "bad.jpg" in lines[0]
    assert lines[1].split()[0] in ("cat", "dog")
    assert lines[1].endswith(str(photo))


def odd_name(folder: Path, photo: Path) -> Path:
    """Copy a photo under a name of no text, with what a terminal obeys and what ends a line."""
    name = b"caf\xe9\x1b[31m\r.png" if os.name == "posix" else "café\u202e.png".encode()
    return Path(shutil.copy(photo, folder / os.fsdecode(name)))


def test_each_of_many_words_gets_its_row_or_its_sentence(
    photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    odd = odd_name(tmp_path, photo)
    missing, long, table = tmp_path / "none.png", tmp_path / ("n" * 256), tmp_path / "table.csv"
    words = [missing, tmp_path / "empty", long, odd, f"{photo}/below", photo]
    assert main(["classify", *map(str, words), "--csv", str(table)]) == 1
    said = capsys.readouterr()
    assert said.err == "There are no pictures in “empty”.\n"
    assert said.out == f"{table}: 5 rows, 3 of them without a class, classified by tiny.\n"
    with table.open(newline="", encoding="utf-8") as file:
        rows = {row["path"]: row for row in csv.DictReader(file)}
    reasons = {Path(path).name[:4]: row["error"].partition(": ")[2] for path, row in rows.items()}
    assert reasons == {
        "none": "there is no such file.",
        "nnnn": "file name too long.",
        odd.name[:3] + ("\\" if os.name == "posix" else "é"): "",
        "belo": "not a directory.",
        "phot": "",
    }


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp1252"])
def test_any_name_is_printed_in_one_line_whatever_the_terminal_knows(
    encoding: str, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd, bytes_written = odd_name(tmp_path, photo), io.BytesIO()
    output = io.TextIOWrapper(bytes_written, encoding, errors="strict", newline="\n")
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", output)
        assert main(["classify", str(odd), str(photo)]) == 0
    first, second = bytes_written.getvalue().decode(encoding).splitlines()
    assert "caf" in first
    assert "\x1b" not in first
    assert second.endswith(str(photo))


@pytest.mark.skipif(os.name != "posix", reason="other systems forbid such names")
@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_table_holds_names_as_they_are_except_on_a_terminal(
    is_terminal: bool, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "\x1b[31mred\r.png"

    class Output(io.StringIO):
        def isatty(self) -> bool:
            return is_terminal

    def classified(*_: object) -> Iterator[Prediction]:
        yield Prediction(path, ("cat", "dog"), (0.25, 0.75))

    monkeypatch.setattr("explorer.background.classify_files.classify_files", classified)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", output := Output(newline=""))
        assert main(["classify", str(photo), "--csv", "-"]) == 0
    _, (found, *_) = csv.reader(io.StringIO(output.getvalue(), newline=""))
    assert found == (path if not is_terminal else "\ufffd[31mred\ufffd.png")


def test_what_is_classified_before_ctrl_c_is_kept(
    photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> Iterator[Prediction]:
        yield Prediction(str(photo), ("cat", "dog"), (0.25, 0.75))
        raise KeyboardInterrupt

    monkeypatch.setattr("explorer.background.classify_files.classify_files", interrupted)
    table = tmp_path / "table.csv"
    assert main(["classify", str(photo), "--csv", str(table)]) == 130
    assert table.read_text().splitlines()[1:] == [f"{photo},dog,0.75,,,0.25,0.75"]


def test_ctrl_c_while_a_command_is_imported_ends_it_without_a_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "explorer.cli.main", raising=False)
    monkeypatch.setattr("explorer.core.desktop.arguments.ArgumentParser", interrupted)
    assert main(["classify", "a.png"]) == 130
    assert capsys.readouterr() == ("", "")


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such signal")
@pytest.mark.parametrize("module", ["argparse", "explorer.wiring.pages", "explorer.app"])
@pytest.mark.parametrize("is_ignored", [False, True])
def test_ctrl_c_while_the_installed_program_starts_ends_it_without_a_word(
    module: str, is_ignored: bool, tmp_path: Path
) -> None:
    script = f"""if True:
        import signal, sys

        class Interrupt:
            def find_spec(self, name, *_):
                if name == {module!r}:
                    signal.raise_signal(signal.SIGINT)
                    if {is_ignored}:
                        sys.exit("went on")

        if {is_ignored}:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # as for a background job of a script
        sys.meta_path.insert(0, Interrupt())
        from explorer.__main__ import main
        sys.exit(main(["--screenshot", "shot.png"]))
    """
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ("went on\n" if is_ignored else "")
    assert done.returncode == (1 if is_ignored else -signal.SIGINT)


@pytest.mark.skipif(os.name != "posix", reason="started by a shell")
def test_without_standard_input_output_and_error_a_command_does_its_work(
    photo: Path, tmp_path: Path, models_folder: Path
) -> None:
    words = ["classify", str(photo), "--model", str(models_folder / "tiny"), "--csv", "table.csv"]
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", sys.executable, "-m", "explorer", *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=120,
        check=False,
    )
    assert done.returncode == 0
    (row,) = csv.DictReader((tmp_path / "table.csv").read_text().splitlines())
    assert row["label"] in ("cat", "dog")


@pytest.mark.parametrize("command", [["classify", "a.png"], []])
def test_wrong_words_are_told_without_what_a_terminal_obeys(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command, "--\x1b[31mred"])
    assert ended.value.code == 2
    assert "unrecognized arguments: --\ufffd[31mred\n" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="pipes are others there")
def test_without_a_reader_a_command_ends_without_a_word(
    photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as output, monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", output)
        assert main(["filter", str(photo), "-k", "gx", "-o", str(tmp_path / "out.png")]) == 141
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no such device")
def test_a_full_disk_is_a_sentence(
    photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with open("/dev/full", "w") as output, monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", output)
        assert main(["filter", str(photo), "-k", "gx", "-o", str(tmp_path / "out.png")]) == 1
    assert capsys.readouterr().err == "The output was not written: no space left on device.\n"


def test_classify_finds_odd_suffixes_and_tells_what_it_left_out(
    photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monday = tmp_path / "monday"
    (monday / ".trash").mkdir(parents=True)
    shutil.copy(photo, monday / "a.jpg_large")
    (monday / "notes.txt").write_text("text")
    assert main(["classify", str(monday), "--csv", "-"]) == 0
    out, err = capsys.readouterr()
    (row,) = csv.DictReader(out.splitlines())
    assert row["path"] == str(monday / "a.jpg_large")
    assert err == "“monday”: 2 files or folders were left out (hidden: 1; not a picture: 1).\n"


def test_classify_prints_the_probability_that_the_table_has_as_the_window_writes_it(
    photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["classify", str(photo), "--csv", "-"]) == 0
    (row,) = csv.DictReader(capsys.readouterr().out.splitlines())
    assert main(["classify", str(photo)]) == 0
    words = capsys.readouterr().out.split()
    share = format_percent(float(row["probability"])).split()
    assert words == [row["label"], *share, str(photo)]


@pytest.mark.parametrize("target", ["no such folder/table.csv", "a folder", "n" * 300 + ".csv"])
def test_a_table_that_cannot_be_written_is_refused_before_the_first_picture(
    target: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a folder").mkdir()
    before = sorted(tmp_path.iterdir())
    monkeypatch.setattr(
        "explorer.background.classify_files.classify_files",
        lambda run, paths: pytest.fail("too late"),
    )
    assert main(["classify", str(tmp_path), "--csv", str(tmp_path / target)]) == 1
    assert f"“{Path(target).name}” was not written: " in capsys.readouterr().err
    assert sorted(tmp_path.iterdir()) == before


def test_a_table_replaces_no_picture_and_nothing_that_is_no_table(
    photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def classified(*_: object) -> Iterator[Prediction]:
        yield Prediction("a.png", ("cat", "dog"), (0.25, 0.75))

    monkeypatch.setattr("explorer.background.classify_files.classify_files", classified)
    other = tmp_path / "other.png"
    pictures = [Path(shutil.copy(photo, tmp_path / name)) for name in ("a.jpg", "a.csv", "a")]
    (damaged := tmp_path / "damaged.webp").write_bytes(b"cut off")
    (notes := tmp_path / "notes.docx").write_bytes(b"text")
    (given := tmp_path / "given.csv").write_bytes(b"text")
    (link := tmp_path / "link.csv").symlink_to(pictures[0])
    for target in (*pictures, damaged, notes, given, link):
        before = target.read_bytes()
        assert main(["classify", "--csv", str(target), str(other), str(given)]) == 1
        said = capsys.readouterr()
        assert said.err.startswith(f"“{target.name}” was not written: ")
        assert said.out == ""
        assert target.read_bytes() == before
    (tmp_path / "made by mktemp").touch()
    (tmp_path / "old.tsv").write_text("a\tb\n")
    for name in ("made by mktemp", "old.tsv", "new.jpg", "new"):
        assert main(["classify", "--csv", str(tmp_path / name), str(other)]) == 0
        assert (tmp_path / name).read_text().startswith("path,label,")


def test_classify_takes_the_model_with_the_best_card_or_the_one_named(
    photo: Path, tmp_path: Path, models_folder: Path
) -> None:
    tables = {}
    for name, words in {
        "default": [],
        "tiny": ["--model", "tiny"],
        "folder": ["--model", str(models_folder / "tiny")],
    }.items():
        out = tmp_path / f"{name}.csv"
        assert main(["classify", str(photo), "--csv", str(out), *words]) == 0
        tables[name] = out.read_text()
    assert tables["default"] == tables["tiny"] == tables["folder"]
    row = next(csv.DictReader(tables["tiny"].splitlines()))
    assert float(row["p_cat"]) + float(row["p_dog"]) == pytest.approx(1, abs=1e-5)
    assert float(row["probability"]) == max(float(row["p_cat"]), float(row["p_dog"]))


def test_a_damaged_model_is_named_where_it_is_asked_for_and_keeps_no_other_from_working(
    photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = make_paper_run(paths.user_runs() / "mine") / "card.json"
    card.write_text(card.read_text().replace('"interval": [', '"interval": [], "": ['))
    assert main(["classify", str(photo)]) == 0
    assert capsys.readouterr().err == ""
    assert main(["classify", str(photo), "--model", "mine"]) == 1
    assert capsys.readouterr().err == (
        "The card of “mine” cannot be used: “metrics/interval” must have 2 entries, not 0.\n"
    )
    assert main(["classify", str(photo), "--model", "nobody"]) == 1
    assert "available: keras-only, mine (damaged), tiny." in capsys.readouterr().err


def test_a_model_that_crashes_its_process_is_a_sentence(
    photo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.background.child.serve", serve_a_crash)
    assert main(["classify", str(photo), str(photo)]) == 1
    said = capsys.readouterr()
    assert said.err == (
        "The model “tiny” gave no answer: the classifier process ended unexpectedly "
        "(exit code -11).\n"
    )
    assert not said.out


def test_features_writes_a_mosaic(photo: Path, tmp_path: Path, models_folder: Path) -> None:
    # The maps themselves: test_network_journey.py.
    words = ["features", str(photo), "--model", str(models_folder / "tiny"), "--layer", "conv_1"]
    done = _run([*words, "-o", "maps.png"], cwd=tmp_path)
    assert done.returncode == 0
    assert "24×24×32" in done.stdout
    assert done.stderr == ""
    assert (tmp_path / "maps.png").stat().st_size > 1000


def test_explain_writes_the_raw_map_draws_it_over_the_picture_and_judges_it(
    photo: Path, tmp_path: Path, models_folder: Path
) -> None:
    words = ["explain", str(photo), "--model", str(models_folder / "tiny"), "--class"]
    done = _run([*words, "dog", "-o", "map.npy", "--report"], cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    values = np.load(tmp_path / "map.npy")
    assert (values.shape, values.dtype) == ((3, 3), np.float32)
    said = done.stdout.splitlines()
    assert said[0].startswith("Grad-CAM of “dog” (")
    assert "layer pool_3: 3×3, values" in said[0]
    starts = ("deletion", "insertion", "ROAD", "better", "rank")
    assert all(line.startswith(start) for line, start in zip(said[-7:-2], starts, strict=True))
    assert said[-1].startswith(("Do not believe this map", "This map is better", "No positive"))
    done = _run([*words, "1", "-o", "map.png", "--method", "occlusion"], cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert pixels_of(tmp_path / "map.png").shape == pixels_of(photo).shape


@pytest.mark.parametrize("model", ["tiny", "keras-only"])
def test_classify_says_nothing_but_its_rows_and_runs_nothing_that_lies_where_it_is_started(
    photo: Path, tmp_path: Path, models_folder: Path, model: str
) -> None:
    ran = tmp_path / "ran.txt"
    for name in (
        "argparse",
        "cv2",
        "keras",
        "multiprocessing",
        "numpy",
        "pickle",
        "signal",
        "socket",
        "struct",
        "threading",
    ):
        (tmp_path / f"{name}.py").write_text(f"open({str(ran)!r}, 'a').write(__name__ + ' ')\n")
    done = _run(["classify", str(photo), "--model", str(models_folder / model)], cwd=tmp_path)
    assert not ran.exists(), ran.read_text()
    assert done.returncode == 0
    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == 1


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.strip() == "convnet-explorer 0.1.0"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="displays are looked for on Linux")
@pytest.mark.parametrize("display", [None, ":4242"])
def test_without_a_usable_display_it_says_so_and_names_the_way_out(
    display: str | None, tmp_path: Path
) -> None:
    environment = {
        key: value
        for key, value in os.environ.items()
        if key not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    if display is not None:
        environment["DISPLAY"] = display
    done = subprocess.run(
        [sys.executable, "-m", "explorer"],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "display" in done.stderr
    assert "--screenshot" in done.stderr


def _start_with(platform: str, *words: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    environment = {key: value for key, value in os.environ.items() if "DISPLAY" not in key}
    return subprocess.run(
        [sys.executable, "-m", "explorer", *words],
        cwd=cwd,
        env={**environment, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": platform},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_platform_that_qt_does_not_know_is_a_sentence(tmp_path: Path) -> None:
    done = _start_with("nonsense\x1b", cwd=tmp_path)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "“nonsense\\x1b”, which QT_QPA_PLATFORM names" in line
    assert "--screenshot" in line
    assert line.isprintable()


@pytest.mark.parametrize(
    ("platform", "words", "expected"),
    [
        (" offscreen", ["--new-window"], "offscreen"),
        (" ;offscreen : size=9x9; minimal;", ["--new-window"], "offscreen:size=9x9;minimal"),
        *((name, ["--screenshot"], "offscreen") for name in ("minimal", "vnc", " xcb", "nonsense")),
    ],
)
def test_qt_gets_a_platform_that_it_can_use_and_that_draws_a_screenshot(
    platform: str,
    words: list[str],
    expected: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def open_window(*_: object, **__: object) -> int:
        return 0 if os.environ["QT_QPA_PLATFORM"] == expected else 1

    monkeypatch.setattr("explorer.app.run_window", open_window)
    monkeypatch.setenv("QT_QPA_PLATFORM", platform)
    monkeypatch.chdir(tmp_path)
    assert main([*words, *(["shot.png"] if "--screenshot" in words else [])]) == 0


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("none/maps.png", "no such file or directory"),
        ("none/maps.npy", "no such file or directory"),
        ("maps.xyz\x1b", "“.xyz\ufffd” is not a supported picture format"),
        ("maps", "“” is not a supported picture format"),
    ],
)
def test_maps_and_screenshots_that_cannot_be_written_are_refused_before_the_work(
    name: str,
    reason: str,
    photo: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = sorted(tmp_path.iterdir())
    words = ["features", str(photo), "--model", "tiny", "--layer", "conv_1"]
    for target in ("explorer.background.blocking_worker.BlockingWorker", "explorer.app.run_window"):
        monkeypatch.setattr(target, lambda *_, **__: pytest.fail("too late"))
    commands = [[*words, "-o"]] if name.endswith(".npy") else [[*words, "-o"], ["--screenshot"]]
    for command in commands:
        monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
        assert main([*command, str(tmp_path / name)]) == 1
        printed = Path(name).name.replace("\x1b", "\ufffd")
        assert capsys.readouterr().err == f"“{printed}” was not written: {reason}.\n"
    assert sorted(tmp_path.iterdir()) == before


def test_the_first_platform_that_can_be_used_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    for platform in ("offscreen", "offscreen:size=10x10", "nonsense;offscreen"):
        monkeypatch.setenv("QT_QPA_PLATFORM", platform)
        assert find_screen_trouble() is None
    monkeypatch.setenv("QT_QPA_PLATFORM", "nonsense;other")
    assert "nonsense" in str(find_screen_trouble())
