"""About names everything that is inside."""

import importlib.metadata
import re
import tomllib
from pathlib import Path

from explorer import __version__
from explorer.core.desktop.about import describe_program, list_components

PROJECT = Path(__file__).resolve().parents[3] / "pyproject.toml"


def test_every_package_that_is_needed_is_named_with_its_version_and_licence() -> None:
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    needed = [re.split(r"[<>=\[]", one)[0] for one in project["dependencies"]]
    named = {one.name: one for one in list_components()}
    assert set(named) == set(needed)
    for name, one in named.items():
        assert one.version == importlib.metadata.version(name)
        assert one.licence


def test_the_text_for_a_report_has_a_line_for_each() -> None:
    lines = describe_program().splitlines()
    assert lines[0].startswith(f"ConvNet Explorer {__version__}")
    assert len(lines) == 3 + len(list_components())
    assert lines[2].startswith("Models that are not included are opened in a process")
