"""What a child process says of a run that is gone since it was listed."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from explorer.core.models.requests import ClassifyPicture, ComputeFeatureMaps, DescribeLayers
from explorer.errors import ModelError
from explorer.ml.worker import answer
from tests.support.tiny_runs import make_paper_run


def test_a_run_that_is_gone_is_a_sentence_with_its_name(tmp_path: Path) -> None:
    folder = make_paper_run(tmp_path / "mine")
    shutil.rmtree(folder)
    picture = np.zeros((8, 8, 3), np.uint8)
    for request in (
        DescribeLayers(folder),
        ComputeFeatureMaps(folder, "conv_1", picture),
        ClassifyPicture(folder, picture),
    ):
        with pytest.raises(ModelError, match=r"^The model “mine” no longer exists\.$"):
            answer(request)
