"""Checks an ONNX file in full, runs it on raw pixels in onnxruntime, and prints what it says as JSON.

    python check_and_run.py MODEL.onnx PIXELS.bin COLUMNS
"""

import json
import sys

import numpy
import onnx
import onnxruntime

model_path, pixels_path, columns = sys.argv[1:]

model = onnx.load(model_path)
onnx.checker.check_model(model, full_check=True)

pixels = numpy.fromfile(pixels_path, dtype=numpy.uint8).reshape(-1, int(columns))
session = onnxruntime.InferenceSession(model_path, providers=["CPUExecutionProvider"])
label, probabilities = session.run(["label", "probabilities"], {session.get_inputs()[0].name: pixels})

print(
    json.dumps(
        {
            "ir": model.ir_version,
            "opsets": {each.domain: each.version for each in model.opset_import},
            "metadata": sorted(each.key for each in model.metadata_props),
            "label": label.tolist(),
            "probabilities": probabilities.astype(float).ravel().tolist(),
        }
    )
)
