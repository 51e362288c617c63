"""What the first `make run` does about system packages that are missing."""

import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "setup" / "system_packages.py"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="apt is Linux's")


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Load the script for a system that lacks one library."""
    spec = importlib.util.spec_from_file_location("system_packages", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "LIBRARIES", {"libnobody-has-this.so.0": "libnobody0"})
    monkeypatch.setattr(module, "_has_font", lambda: False)
    return module


@pytest.fixture
def system(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Path]:
    """Return what makes a system with these programs alone, which log how they are called."""

    def make(*programs: str, user: int) -> Path:
        log = tmp_path / "calls"
        log.touch()
        bodies = {
            "env": 'shift; exec "$@"',
            "apt-get": f'echo "$*" >>{log}',
            "sudo": f'echo "sudo $1" >>{log}; shift; [ "$1" = true ] || exec "$@"',
        }
        for program in programs:
            (tmp_path / program).write_text(f"#!/bin/sh\n{bodies[program]}\n")
            (tmp_path / program).chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr(os, "geteuid", lambda: user)
        return log

    return make


INSTALL = "install --yes --no-install-recommends libnobody0 fonts-dejavu-core"


def test_root_installs_what_is_missing(script: ModuleType, system: Callable[..., Path]):
    calls = system("env", "apt-get", user=0)
    assert script.main() == 0
    assert calls.read_text().splitlines() == ["update", INSTALL]


def test_sudo_without_a_password_installs_it_too(script: ModuleType, system: Callable[..., Path]):
    calls = system("env", "apt-get", "sudo", user=1000)
    assert script.main() == 0
    assert calls.read_text().splitlines() == [
        *["sudo -n", "sudo -n", "update"],
        *["sudo -n", INSTALL],
    ]


def test_anyone_else_is_told_the_command(
    script: ModuleType, system: Callable[..., Path], capsys: pytest.CaptureFixture[str]
):
    calls = system("env", "apt-get", user=1000)
    assert script.main() == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.strip() == "sudo apt-get install libnobody0 fonts-dejavu-core"
    assert calls.read_text() == ""


def test_a_system_without_apt_is_told_and_goes_on(
    script: ModuleType, system: Callable[..., Path], capsys: pytest.CaptureFixture[str]
):
    system(user=0)
    assert script.main() == 0
    assert "libnobody0, fonts-dejavu-core" in capsys.readouterr().out


def test_a_complete_system_is_left_alone(
    script: ModuleType, system: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
):
    calls = system("env", "apt-get", user=0)
    monkeypatch.setattr(script, "missing_packages", list)
    assert script.main() == 0
    assert calls.read_text() == ""
