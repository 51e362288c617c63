"""What a second start says, as one line; whatever else comes is refused."""

import os
from pathlib import Path

import pytest

from explorer.core.desktop.handover import Handover, from_line, request_for, to_line


def test_odd_names_come_through_and_relative_ones_are_those_of_the_second_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_ACTIVATION_TOKEN", "token 1")
    names = ["a b.png", "../é\n“x”.jpg", os.fsdecode(b"\xff.png"), "/there/c.png"]
    line = to_line(request_for([Path(name) for name in names]))
    assert line.count(b"\n") == 1
    wanted = [tmp_path / names[0], tmp_path.parent / names[1][3:], tmp_path / names[2]]
    assert from_line(line) == Handover((*wanted, Path("/there/c.png")), "token 1")


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\xff\n",
        b"[]\n",
        b"GET / HTTP/1.1\n",
        b'{"paths": "/a.png", "activation_token": ""}\n',
        b'{"paths": [1], "activation_token": ""}\n',
        b'{"paths": ["a\\u0000b"], "activation_token": ""}\n',
        b'{"paths": [], "activation_token": null}\n',
        b"[" * 100_000 + b"\n",
    ],
)
def test_another_line_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_line(line)
