"""Peers of workbench.py: the usual Keras way, and other runtimes with the same weights.

Run by workbench.py as `bare_frameworks.py keras|onnx|openvino MODEL.keras HEIGHT WIDTH FOLDER`; it
prints the seconds of the loop without its start, or nothing where the package is not installed.
"""

import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from PIL import Image

KIND, FILE, HEIGHT, WIDTH, FOLDER = sys.argv[1:]
SIZE = int(HEIGHT), int(WIDTH)


def time_keras() -> float:
    """Read a directory as Keras' guides do, and predict."""
    import keras

    model = keras.models.load_model(FILE)

    def predict() -> None:
        pictures = keras.utils.image_dataset_from_directory(
            FOLDER, labels=None, image_size=SIZE, batch_size=32, shuffle=False, verbose=False
        )
        model.predict(pictures, verbose=0)

    model.predict(np.zeros((32, *SIZE, 3), np.float32), verbose=0)
    started = time.perf_counter()
    predict()
    return time.perf_counter() - started


def time_runtime() -> float:
    """Decode with Pillow and run the model as ONNX, a picture a thread, on all cores."""
    import keras

    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "model.onnx")
        model = keras.models.load_model(FILE)
        model.predict(np.zeros((1, *SIZE, 3), np.float32), verbose=0)  # export wants it called
        model.export(file, format="onnx", verbose=False)
        run = open_onnx(file) if KIND == "onnx" else open_openvino(file)
        files = sorted(path for path in Path(FOLDER).rglob("*") if path.is_file())

        def classify(path: Path) -> None:
            with Image.open(path) as image:
                size = SIZE[::-1]
                resized = image.convert("RGB").resize(size, Image.Resampling.BILINEAR)
            run(np.asarray(resized, np.float32)[None])

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(classify, files[:1] * 16))
            started = time.perf_counter()
            list(pool.map(classify, files))
            return time.perf_counter() - started


def open_onnx(file: str) -> Callable[[np.ndarray], object]:
    """Open a model with ONNX Runtime, one thread for each picture."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda picture: session.run(None, {name: picture})


def open_openvino(file: str) -> Callable[[np.ndarray], object]:
    """Open a model with OpenVINO, one thread for each picture."""
    import openvino  # type: ignore[import-not-found]  # of those who compare with it

    compiled = openvino.compile_model(file, "CPU", {"INFERENCE_NUM_THREADS": 1})
    of_thread = threading.local()

    def run(picture: np.ndarray) -> None:
        if not hasattr(of_thread, "request"):
            of_thread.request = compiled.create_infer_request()
        of_thread.request.infer(picture)

    return run


if __name__ == "__main__":
    try:
        print(time_keras() if KIND == "keras" else time_runtime())
    except ImportError as error:
        print(f"not installed: {error.name}", file=sys.stderr)
