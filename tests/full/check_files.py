"""Checks every ONNX file in a folder in full, infers its shapes strictly, and prints how many there were and what failed.

    python check_files.py FOLDER
"""

import json
import pathlib
import sys

import onnx

failures = {}
files = sorted(pathlib.Path(sys.argv[1]).glob("*.onnx"))
for file in files:
    try:
        model = onnx.load(file)
        onnx.checker.check_model(model, full_check=True)
        onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    except Exception as error:
        failures[file.name] = str(error)

print(json.dumps({"files": len(files), "failures": failures}))
