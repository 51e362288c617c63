"""The bare peer of classify.py: decode, resize and run LiteRT on all cores, and nothing else.

Run by classify.py as `bare_classify.py MODEL.tflite HEIGHT WIDTH threads|processes LISTING`; it
prints the seconds of the loop, without its start.
"""

import os
import sys
import threading
import time
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter  # noqa: TID253
from PIL import Image

FILE, HEIGHT, WIDTH, KIND, LISTING = sys.argv[1:]
SIZE = int(WIDTH), int(HEIGHT)
OF_THREAD = threading.local()


def classify(path: str) -> list[float]:
    """Return the probabilities of one picture."""
    if not hasattr(OF_THREAD, "interpreter"):
        OF_THREAD.interpreter = Interpreter(model_path=FILE, num_threads=1)
        OF_THREAD.interpreter.allocate_tensors()
        OF_THREAD.source = OF_THREAD.interpreter.get_input_details()[0]["index"]
        OF_THREAD.target = OF_THREAD.interpreter.get_output_details()[0]["index"]
    with Image.open(path) as image:
        resized = image.convert("RGB").resize(SIZE, Image.Resampling.BILINEAR)
    OF_THREAD.interpreter.set_tensor(OF_THREAD.source, np.asarray(resized, np.float32)[None])
    OF_THREAD.interpreter.invoke()
    answer: list[float] = OF_THREAD.interpreter.get_tensor(OF_THREAD.target)[0].tolist()
    return answer


def main() -> None:
    """Classify the files of the listing; print how long it took."""
    files = Path(LISTING).read_text(encoding="utf-8").splitlines()
    cores = os.cpu_count() or 1
    pool: Executor = ThreadPoolExecutor(cores) if KIND == "threads" else ProcessPoolExecutor(cores)
    with pool:
        list(pool.map(classify, files[:1] * 8 * cores))  # each worker opens its model
        started = time.perf_counter()
        list(pool.map(classify, files, chunksize=8))
        print(time.perf_counter() - started)


if __name__ == "__main__":
    main()
