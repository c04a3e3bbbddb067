"""Builds Keras' own architectures with random weights, writes them as tfjs models in both of its formats, and what Keras says.

    python keras_models.py FOLDER

FOLDER gets NAME/layers, NAME/graph, for the first one also NAME/graph_uint8, each with a model.json and its weight files;
NAME/input.bin and NAME/output.bin, float32; and models.json with the shapes.
"""

import json
import os
import sys
import types

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

# The converter imports these at its start, for formats that are not used here; they are far larger than all else, and
# their versions do not go together with a current TensorFlow's.
for name in ["tensorflow_decision_forests", "jax", "jax.experimental", "jax.experimental.jax2tf"]:
    sys.modules[name] = types.ModuleType(name)
sys.modules["jax"].experimental = sys.modules["jax.experimental"]
sys.modules["jax.experimental"].jax2tf = sys.modules["jax.experimental.jax2tf"]

import numpy
import tensorflow
import tensorflowjs
import tf_keras

folder = sys.argv[1]
applications = tf_keras.applications
architectures = {
    "MobileNetV2": (applications.MobileNetV2, 96),
    "ResNet50": (applications.ResNet50, 64),
    "EfficientNetB0": (applications.EfficientNetB0, 64),
}


def trained(model, random):
    """Statistics as after a training: with those at the start, batch normalisation does nothing."""
    for layer in model.layers:
        if isinstance(layer, tf_keras.layers.BatchNormalization):
            gamma, beta, mean, variance = layer.get_weights()
            shape = gamma.shape
            layer.set_weights([random.uniform(0.8, 1.2, shape), random.normal(0, 0.1, shape), random.normal(0, 0.1, shape), random.uniform(0.5, 1.5, shape)])
        elif isinstance(layer, tf_keras.layers.Normalization):
            layer.set_weights([random.normal(0.5, 0.1, weight.shape) if weight.ndim else weight for weight in layer.get_weights()])
    return model


report = {}
for name, (build, side) in architectures.items():
    tf_keras.backend.clear_session()
    tf_keras.utils.set_random_seed(7)
    random = numpy.random.default_rng(7)
    model = trained(build(weights=None, input_shape=(side, side, 3), classes=10, classifier_activation=None), random)
    top = 255 if name == "EfficientNetB0" else 1
    images = random.uniform(0, top, (2, side, side, 3)).astype(numpy.float32)
    output = model.predict(images, verbose=0)
    path = os.path.join(folder, name)
    tensorflowjs.converters.save_keras_model(model, os.path.join(path, "layers"))
    saved = os.path.join(path, "saved")
    tensorflow.saved_model.save(model, saved)
    tensorflowjs.converters.convert_tf_saved_model(saved, os.path.join(path, "graph"))
    if not report:
        quantised = os.path.join(path, "graph_uint8")
        tensorflowjs.converters.convert_tf_saved_model(saved, quantised, quantization_dtype_map={"uint8": "*"})
    images.tofile(os.path.join(path, "input.bin"))
    output.astype(numpy.float32).tofile(os.path.join(path, "output.bin"))
    report[name] = {"input": list(images.shape), "output": list(output.shape)}

with open(os.path.join(folder, "models.json"), "w") as file:
    json.dump({"tensorflow": tensorflow.__version__, "models": report}, file)
