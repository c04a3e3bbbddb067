"""Python's onnxruntime on the same rows: model, rows, repeats, threads; prints the milliseconds of each repeat as JSON."""

import json
import sys
import time

import numpy as np
import onnxruntime

path, rows, repeats, threads = sys.argv[1], *map(int, sys.argv[2:])
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = threads
options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
name = session.get_inputs()[0].name
index = np.arange(rows * 784, dtype=np.int64)
pixels = ((index * 37 + (index >> 9)) % 256).astype(np.uint8).reshape(rows, 784)


def run():
    return [session.run(None, {name: pixels[start : start + 256]}) for start in range(0, rows, 256)]


run()
times = []
for _ in range(repeats):
    start = time.perf_counter()
    run()
    times.append((time.perf_counter() - start) * 1000)
print(json.dumps(times))
