"""Files are read whole, bounded, and only where they are files."""

import os

import pytest

from explorer.core.files.reading import open_regular, read_text, read_whole
from explorer.errors import KernelError


def reason(path, read=read_whole):
    with pytest.raises(KernelError) as caught:
        read(path, 1_000_000, name="it", error=KernelError)
    assert caught.value.name == "it"
    return caught.value.reason


def test_a_file_is_read_whole(tmp_path):
    path = tmp_path / "file"
    path.write_bytes("é\n".encode())
    assert read_whole(path, 1_000_000, name="it", error=KernelError) == "é\n".encode()
    assert read_text(path, 1_000_000, name="it", error=KernelError) == "é\n"
    with open_regular(path) as file:
        assert file.read() == "é\n".encode()


def test_what_is_no_file_or_too_much_is_refused_with_the_reason(tmp_path):
    (tmp_path / "empty").touch()
    (tmp_path / "broken").symlink_to("nowhere")
    (tmp_path / "bytes").write_bytes(b"\xff")
    with (tmp_path / "large").open("wb") as file:
        file.truncate(1_000_001)
    assert reason(tmp_path) == "it is a folder"
    assert reason(tmp_path / "none") == "there is no such file"
    assert reason(tmp_path / "empty") == "the file is empty"
    assert reason(tmp_path / "large") == "the file is larger than 1 MB"
    assert reason(tmp_path / "broken") == "it is a broken link"
    assert reason(tmp_path / "bytes", read_text) == "it is not UTF-8 text"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert reason(tmp_path / "pipe") == "it is not a regular file"
    with pytest.raises(OSError, match="it is not a regular file"):
        open_regular(tmp_path / "pipe")
