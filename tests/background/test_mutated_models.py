"""Model files with changed bytes: each is opened or told about, and the next good one works."""

import random
from pathlib import Path

import numpy as np
import pytest

from explorer.background.blocking_worker import BlockingWorker
from explorer.core.models.model_use import ModelUse
from explorer.core.models.preparation import Preparation
from explorer.core.models.requests import ClassifyPicture, DescribeLayers, ReadArchitecture
from explorer.errors import ExplorerError

MODELS = Path(__file__).parents[1] / "ml" / "models"
FILES = (
    *(MODELS / "litert" / "half.tflite", MODELS / "pytorch" / "plain.onnx"),
    MODELS / "pytorch" / "residual.onnx",
)
SIZE = (16, 12)


def mutated(content: bytes, seed: int) -> bytes:
    """Flip bits, cut, overwrite, copy a part elsewhere, or set a number to an extreme one."""
    chance, data = random.Random(seed), bytearray(content)
    at, other = chance.randrange(len(data)), chance.randrange(len(data))
    match seed % 5:
        case 0:
            for _ in range(chance.randrange(1, 20)):
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        case 1:
            del data[at:]
        case 2:
            data[at : at + 40] = chance.randbytes(40)
        case 3:
            data[at : at + 300] = data[other : other + 300]
        case _:
            data[at : at + 4] = chance.choice([b"\xff\xff\xff\x7f", b"\0\0\0\x80", b"\xff" * 4])
    return bytes(data)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_whatever_is_in_a_file_there_is_an_answer(tmp_path, file):
    content, picture = file.read_bytes(), np.zeros((*SIZE, 3), np.uint8)
    class_count = 2 if file.stem == "plain" else 3
    refusals: list[tuple[str, str]] = []
    with BlockingWorker("classifier", file) as worker:
        for seed in range(15):
            copy = tmp_path / f"{seed}{file.suffix}"
            copy.write_bytes(mutated(content, seed))
            use = ModelUse(copy, Preparation(SIZE), class_count, "logits")
            for request in (
                ReadArchitecture(use), DescribeLayers(use), ClassifyPicture(use, picture),
            ):  # fmt: skip
                try:
                    worker.ask(request)
                except ExplorerError as error:
                    refusals.append((copy.name, error.sentence))
        good = ModelUse(file, Preparation(SIZE), class_count, "logits")
        assert sum(worker.ask(ClassifyPicture(good, picture)).probabilities) == pytest.approx(1)
    assert len(refusals) > 5
    for name, sentence in refusals:
        assert name in sentence
        assert "process" not in sentence
