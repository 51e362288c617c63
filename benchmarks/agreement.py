"""How far a run's LiteRT conversions are from its Keras model, on real pictures.

Run it with `python benchmarks/agreement.py RUN PICTURES_FOLDER [--count 200]`. It ends with 1 where
a difference is above its goal.
"""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from explorer.core.datasets.scan import find_pictures
from explorer.core.images.read import read_picture, resize_picture
from explorer.core.models.run_folder import read_run
from explorer.errors import ExplorerError, PictureError

GOALS = {"float32": 1e-5, "float16": 2e-3}

Answer = Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]]


def main() -> int:
    """Print the greatest differences of the probabilities; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, metavar="RUN", help="a run folder")
    parser.add_argument("pictures", type=Path, metavar="PICTURES_FOLDER")
    parser.add_argument("--count", type=int, default=200, help="how many pictures (%(default)s)")
    options = parser.parse_args()
    try:
        return _compare(options.run, options.pictures, options.count)
    except ExplorerError as error:
        print(error.sentence)
        return 2


def _compare(folder: Path, pictures: Path, count: int) -> int:
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras

    from explorer.ml.models.keras_model import load_network
    from explorer.ml.runs.litert_formats import LiteRTConverter

    run = read_run(folder)
    network = load_network(run)
    inputs: list[npt.NDArray[np.float32]] = []
    for path in find_pictures(pictures):
        if len(inputs) == count:
            break
        try:
            inputs.append(
                resize_picture(read_picture(path).picture, run.card.input_size).astype(np.float32)[
                    None
                ]
            )
        except PictureError as error:
            print(error.sentence)
    expected = np.concatenate(
        [keras.ops.convert_to_numpy(network(pixels, training=False)) for pixels in inputs]
    )
    with LiteRTConverter(network, run.card.input_size) as converter:
        conversions = {kind: converter.convert(kind) for kind in GOALS}
    print(f"{run.name}, {len(inputs)} pictures of {pictures}, against Keras:")
    is_good = True
    for kind, content in conversions.items():
        answer = _litert(content)
        found = np.concatenate([answer(pixels) for pixels in inputs])
        difference = float(np.abs(found - expected).max())
        flips = int((found.argmax(axis=1) != expected.argmax(axis=1)).sum())
        is_good = is_good and difference <= GOALS[kind]
        print(
            f"{kind}: {len(content):,} bytes, greatest difference {difference:.2g} "
            f"(goal {GOALS[kind]:g}), another class for {flips}"
        )
    return 0 if is_good else 1


def _litert(content: bytes) -> Answer:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=content)
    interpreter.allocate_tensors()
    source = interpreter.get_input_details()[0]["index"]
    target = interpreter.get_output_details()[0]["index"]

    def answer(pixels: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        interpreter.set_tensor(source, pixels)
        interpreter.invoke()
        outputs: npt.NDArray[np.float32] = interpreter.get_tensor(target)
        return outputs

    return answer


if __name__ == "__main__":
    sys.exit(main())
