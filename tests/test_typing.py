"""mypy sees what is asked of a child process: a misspelt request, and an answer of another type."""

from pathlib import Path

import pytest
from mypy import api

ROOT = Path(__file__).resolve().parents[1]
HEAD = """
from pathlib import Path

from explorer.background.worker_process import WorkerProcess
from explorer.core.layers.architecture import Architecture
from explorer.core.layers.layers import FeatureMaps
from explorer.core.models.model_use import ModelUse
from explorer.core.models import requests
from explorer.errors import ExplorerError


def fail(error: ExplorerError) -> None: ...
def take_layers(found: Architecture) -> None: ...
def take_maps(maps: FeatureMaps) -> None: ...


worker = WorkerProcess("network", None)
USE = ModelUse(Path())
"""


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (
            "worker.ask(requests.DescribeLayers(ModelUse(Path())), done=take_layers, failed=fail)",
            "",
        ),
        (
            "worker.ask(requests.DescribeLayer(USE), done=take_layers, failed=fail)",
            'has no attribute "DescribeLayer"; maybe "DescribeLayers"?',
        ),
        (
            "worker.ask(requests.DescribeLayers(USE), done=take_maps, failed=fail)",
            'Argument "done" to "ask" of "WorkerProcess" has incompatible type',
        ),
        (
            'worker.ask(requests.DescribeLayers("run"), done=take_layers, failed=fail)',
            'Argument 1 to "DescribeLayers" has incompatible type "str"; expected "ModelUse"',
        ),
    ],
    ids=["right", "misspelt request", "another answer", "wrong argument"],
)
def test_mypy_sees_every_request(line: str, complaint: str, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(HEAD + line + "\n")
    said, trouble, code = api.run(
        [
            "--config-file",
            str(ROOT / "pyproject.toml"),
            "--cache-dir",
            str(ROOT / ".mypy_cache"),
            str(script),
        ]
    )
    assert trouble == ""
    assert complaint in said
    assert code == (1 if complaint else 0), said
