"""Classifies raw pixels with OpenCV's dnn module, which is no onnxruntime, and prints what it says as JSON.

    python opencv.py MODEL.onnx PIXELS.bin COLUMNS
"""

import json
import sys

import cv2
import numpy

model_path, pixels_path, columns = sys.argv[1:]

pixels = numpy.fromfile(pixels_path, dtype=numpy.uint8).reshape(-1, int(columns))
net = cv2.dnn.readNetFromONNX(model_path)
net.setInput(pixels)
label, probabilities = net.forward(["label", "probabilities"])

print(
    json.dumps(
        {
            "version": cv2.__version__,
            "label": numpy.asarray(label).ravel().astype(int).tolist(),
            "probabilities": numpy.asarray(probabilities, dtype=float).ravel().tolist(),
        }
    )
)
