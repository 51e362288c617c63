"""A small ONNX model that tells bright reds from dark ones, and pictures of both."""

from pathlib import Path

import numpy as np
from PIL import Image

SIZE = (8, 8)


def write_brightness_model(file: Path) -> Path:
    """Write a model of the mean of the first channel, from 0 to 1: above a half, it is bright.

    It says that PyTorch made it, so another range is assumed than it takes.
    """
    from onnx import TensorProto, helper, numpy_helper, save

    weights = np.array([[-100, 0, 0], [100, 0, 0]], np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("GlobalAveragePool", ["picture"], ["means"], name="pool"),
            helper.make_node("Flatten", ["means"], ["flat"], name="flatten"),
            helper.make_node("Gemm", ["flat", "weights", "bias"], ["scores"], transB=1, name="fc"),
            helper.make_node("Softmax", ["scores"], ["classes"], axis=1, name="softmax"),
        ],
        "brightness",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, [1, 3, *SIZE])],
        [helper.make_tensor_value_info("classes", TensorProto.FLOAT, [1, 2])],
        [
            numpy_helper.from_array(weights, "weights"),
            numpy_helper.from_array(np.array([50, -50], np.float32), "bias"),
        ],
    )
    model = helper.make_model(
        graph, producer_name="pytorch", opset_imports=[helper.make_opsetid("", 17)]
    )
    model.ir_version = 9
    save(model, str(file))
    return file


def write_pictures(folder: Path, count: int = 12) -> Path:
    """Write as many dark and bright pictures, twice as wide as high, into a folder for each."""
    chance = np.random.default_rng(2)
    for name, reds in (("bright", (138, 150)), ("dark", (60, 110))):
        (folder / name).mkdir(parents=True)
        for number in range(count):
            red, green, blue = chance.integers(*reds), *chance.integers(0, 256, 2)
            color = (int(red), int(green), int(blue))
            Image.new("RGB", (24, 12), color).save(folder / name / f"{number}.png")
    return folder
