"""Builds each kind of layer with random options in Keras, writes the models as users do, and what Keras says of random inputs.

    python keras_layers.py CASES.json.gz DRAWS SEED

Keras 3 saves a .keras file, which tensorflowjs_converter's own code turns into tfjs' format; Keras 2 (tf_keras) is saved by tensorflowjs.
CASES gets a list of {name, keras, model (model.json), weights (base64), inputs and outputs (shape, float32 as base64)}. What Keras itself
refuses is drawn again.
"""

import base64
import gzip
import json
import os
import pathlib
import sys
import tempfile
import types

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy
import tf_keras

# The converter imports these at its start, for formats that are not used here.
for name in ["tensorflow_decision_forests", "jax", "jax.experimental", "jax.experimental.jax2tf"]:
    sys.modules[name] = types.ModuleType(name)
sys.modules["jax"].experimental = sys.modules["jax.experimental"]
sys.modules["jax.experimental"].jax2tf = sys.modules["jax.experimental.jax2tf"]

import tensorflowjs
from tensorflowjs.converters import converter

out, draws, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

# By the names that Keras 2 and 3 share, and two more of Keras 3.
activations = "linear relu relu6 elu selu sigmoid hard_sigmoid tanh softplus softsign softmax swish mish gelu".split()
newer = activations + ["silu", "log_softmax"]


class Draw:
    """Random options, each by what it may be."""

    def __init__(self, number, version):
        self.random = numpy.random.default_rng(number)
        self.version = version

    def of(self, *values):
        return values[self.random.integers(len(values))]

    def whole(self, low, high):
        return int(self.random.integers(low, high + 1))

    def flag(self):
        return bool(self.random.integers(2))

    def activation(self):
        return self.of(*(newer if self.version == 3 else activations))

    def pair(self, low, high):
        return (self.whole(low, high), self.whole(low, high)) if self.flag() else self.whole(low, high)

    def common(self):
        return {"activation": self.activation(), "use_bias": self.flag()}

    def order(self):
        return self.of("channels_last", "channels_last", "channels_first")

    def image(self, order="channels_last", low=5, high=9):
        rows, columns, channels = self.whole(low, high), self.whole(low, high), self.whole(1, 4)
        return (channels, rows, columns) if order == "channels_first" else (rows, columns, channels)

    def sequence(self, order="channels_last"):
        steps, channels = self.whole(5, 9), self.whole(1, 4)
        return (channels, steps) if order == "channels_first" else (steps, channels)

    def volume(self):
        return (self.whole(4, 5), self.whole(4, 5), self.whole(4, 6), self.whole(1, 3))

    def vector(self):
        return (self.whole(2, 12),)

    def shape(self):
        return self.of(self.image, self.sequence, self.vector)()

    def moves(self, axes, kernel=3):
        """Strides and dilations of more than 1 go together nowhere."""
        each = (lambda low, high: self.pair(low, high)) if axes == 2 else self.whole
        if self.flag():
            return {"kernel_size": each(1, kernel), "strides": each(1, 3 if axes < 3 else 2), "padding": self.of("same", "valid")}
        return {"kernel_size": each(1, kernel), "dilation_rate": each(1, 2), "padding": self.of("same", "valid")}

    def sides(self):
        side = lambda: self.whole(0, 2)
        return self.of(side(), (side(), side()), ((side(), side()), (side(), side())))


def convolution(axes):
    def draw(d):
        order = d.order() if axes < 3 else "channels_last"
        shape = [d.sequence, d.image][axes - 1](order) if axes < 3 else d.volume()
        channels = shape[0] if order == "channels_first" else shape[-1]
        groups = d.of(1, channels)
        return [shape], {**d.moves(axes), **d.common(), "filters": groups * d.whole(1, 3), "groups": groups, "data_format": order}
    return draw


def transposed(axes):
    def draw(d):
        order = d.order() if axes == 2 else "channels_last"
        shape = d.image(order) if axes == 2 else d.volume()
        options = {**d.common(), "filters": d.whole(1, 3), "padding": d.of("same", "valid"), "data_format": order}
        strides = d.whole(1, 3 if axes == 2 else 2)
        options |= {"kernel_size": d.whole(1, 4), "strides": strides}
        if strides > 1 and d.flag():
            options["output_padding"] = d.whole(0, strides - 1)
        elif axes == 2 and d.version == 3 and d.flag():
            options |= {"strides": 1, "dilation_rate": 2}
        return [shape], options
    return draw


def depthwise(d):
    # TensorFlow's CPU computes a strided one of channels first wrongly; Keras 2 puts the channels last itself.
    order = d.order() if d.version == 2 else "channels_last"
    moves = d.moves(2)
    if "strides" in moves:
        moves["strides"] = d.whole(1, 3)
    return [d.image(order)], {**moves, **d.common(), "depth_multiplier": d.whole(1, 3), "data_format": order}


def separable(d):
    order, options = d.order(), {**d.common(), "filters": d.whole(1, 4), "depth_multiplier": d.whole(1, 3), "padding": d.of("same", "valid")}
    options |= {"kernel_size": d.pair(1, 3), **d.of({"strides": d.whole(1, 3)}, {"dilation_rate": d.whole(1, 2)})}
    return [d.image(order)], {**options, "data_format": order}


def pooling(axes):
    def draw(d):
        order = d.order() if axes < 3 else "channels_last"
        shape = [d.sequence, d.image][axes - 1](order) if axes < 3 else d.volume()
        size = d.pair(1, 3) if axes == 2 else d.whole(1, 3)
        strides = d.of(None, d.pair(1, 3) if axes == 2 else d.whole(1, 3))
        return [shape], {"pool_size": size, "strides": strides, "padding": d.of("same", "valid"), "data_format": order}
    return draw


def overall(axes):
    def draw(d):
        order = d.order()
        return [(d.sequence if axes == 1 else d.image)(order)], {"data_format": order, "keepdims": d.flag()}
    return draw


def relu(d):
    return [d.shape()], {"max_value": d.of(None, 0.5, 6.0), "negative_slope": d.of(0.0, 0.1), "threshold": d.of(0.0, 0.25)}


def normalized(d):
    shape = d.shape()
    return [shape], {"axis": d.of(-1, len(shape)), "center": d.flag(), "scale": d.flag(), "epsilon": d.of(1e-3, 1e-2)}


def layer_normalized(d):
    shape = d.shape()
    axes = d.of(-1, d.whole(1, len(shape)), list(range(1, len(shape) + 1)))
    return [shape], {"axis": axes, "center": d.flag(), "scale": d.flag(), "epsilon": d.of(1e-3, 1e-2)}


def standardized(d):
    shape = d.shape()
    channels = shape[-1]
    given = {"mean": d.random.normal(size=channels).tolist(), "variance": d.random.uniform(0.5, 2, channels).tolist()}
    scalar = {"mean": 0.5, "variance": 4.0}
    return [shape], {**d.of({}, scalar, given), "invert": d.flag()}


def softmax(d):
    shape = d.shape()
    return [shape], {"axis": d.of(-1, len(shape), d.whole(1, len(shape)))}


def reshaped(d):
    rows, columns, channels = d.image()
    size = rows * columns * channels
    return [(rows, columns, channels)], {"target_shape": d.of((size,), (-1,), (columns, rows, channels), (rows, -1), (1, 1, size))}


def permuted(d):
    shape = d.shape()
    return [shape], {"dims": (1 + d.random.permutation(len(shape))).tolist()}


def broadcast(d):
    rows, columns, channels = d.image()
    whole = (rows, columns, channels)
    return d.of([whole, whole], [whole, whole, whole], [whole, (1, 1, channels)], [(rows, channels)] * 2, [(channels,)] * 2), {}


def concatenated(d):
    shape = d.image()
    return [shape] * d.whole(2, 3), {"axis": d.of(-1, d.whole(1, 3))}


def dotted(d):
    a, b, c = d.whole(1, 3), d.whole(1, 3), d.whole(1, 3)
    return d.of([(a,), (a,)], [(a, b), (c, b)]), {"axes": -1, "normalize": d.flag()}


def resized(d):
    options = {"height": d.whole(1, 12), "width": d.whole(1, 12), "interpolation": d.of("bilinear", "bilinear", "nearest")}
    return [d.image()], {**options, "crop_to_aspect_ratio": d.flag()}


def upsampled(d):
    order = d.of("channels_last", "channels_last", "channels_first") if d.version == 3 else "channels_last"
    return [d.image(order)], {"size": (d.whole(1, 3), d.whole(1, 3)), "interpolation": d.of("nearest", "bilinear"), "data_format": order}


def dense(d):
    return [d.shape()], {**d.common(), "units": d.whole(1, 6)}


def either(**options):
    def draw(d):
        order = d.order()
        return [d.image(order)], {**{name: make(d) for name, make in options.items()}, "data_format": order}
    return draw


def any_shape(**options):
    return lambda d: ([d.shape()], {name: make(d) for name, make in options.items()})


def images(**options):
    return lambda d: ([d.image()], {name: make(d) for name, make in options.items()})


def sequences(**options):
    return lambda d: ([d.sequence()], {name: make(d) for name, make in options.items()})


tokens = {"Embedding", "CategoryEncoding"}
kinds = {
    "Dense": dense,
    "Conv1D": convolution(1),
    "Conv2D": convolution(2),
    "Conv3D": convolution(3),
    "Conv2DTranspose": transposed(2),
    "Conv3DTranspose": transposed(3),
    "DepthwiseConv2D": depthwise,
    "SeparableConv2D": separable,
    **{f"{kind}Pooling{axes}D": pooling(axes) for kind in ["Max", "Average"] for axes in [1, 2, 3]},
    **{f"Global{kind}Pooling{axes}D": overall(axes) for kind in ["Max", "Average"] for axes in [1, 2]},
    "BatchNormalization": normalized,
    "LayerNormalization": layer_normalized,
    "Normalization": standardized,
    "Activation": any_shape(activation=lambda d: d.activation()),
    "ReLU": relu,
    "LeakyReLU": lambda d: ([d.shape()], {"negative_slope" if d.version == 3 else "alpha": d.of(0.1, 0.3)}),
    "PReLU": images(shared_axes=lambda d: d.of(None, [1, 2], [1])),
    "ELU": any_shape(alpha=lambda d: d.of(0.5, 1.0)),
    "ThresholdedReLU": any_shape(theta=lambda d: d.of(0.1, 0.5)),
    "Softmax": softmax,
    "Flatten": either(),
    "Reshape": reshaped,
    "Permute": permuted,
    "RepeatVector": lambda d: ([d.vector()], {"n": d.whole(1, 3)}),
    "ZeroPadding2D": either(padding=lambda d: d.sides()),
    "Cropping2D": either(cropping=lambda d: d.sides()),
    "UpSampling2D": upsampled,
    "Resizing": resized,
    "CenterCrop": images(height=lambda d: d.whole(1, 10), width=lambda d: d.whole(1, 10)),
    "Rescaling": images(scale=lambda d: d.of(1 / 255, 2.0), offset=lambda d: d.of(0.0, -1.0)),
    "CategoryEncoding": lambda d: ([d.vector()], {"num_tokens": 9, "output_mode": d.of("multi_hot", "count")}),
    "Embedding": lambda d: ([d.vector()], {"input_dim": 9, "output_dim": d.whole(1, 3)}),
    "Masking": sequences(mask_value=lambda d: d.of(0.0, 0.5)),
    "Add": broadcast,
    "Multiply": broadcast,
    "Maximum": broadcast,
    "Minimum": broadcast,
    "Average": broadcast,
    "Concatenate": concatenated,
    "Dot": dotted,
    "TimeDistributed": lambda d: ([d.sequence()], {}),
    "Dropout": any_shape(rate=lambda d: 0.5),
    "SpatialDropout1D": sequences(rate=lambda d: 0.5),
    "SpatialDropout2D": images(rate=lambda d: 0.5),
    "SpatialDropout3D": lambda d: ([d.volume()], {"rate": 0.5}),
    "GaussianNoise": any_shape(stddev=lambda d: 1.0),
    "GaussianDropout": any_shape(rate=lambda d: 0.5),
    "AlphaDropout": any_shape(rate=lambda d: 0.5),
    "ActivityRegularization": any_shape(l1=lambda d: 0.1),
    "RandomFlip": images(mode=lambda d: d.of("horizontal", "vertical")),
    "RandomRotation": images(factor=lambda d: 0.2),
    "RandomZoom": images(height_factor=lambda d: 0.2),
    "RandomTranslation": images(height_factor=lambda d: 0.2, width_factor=lambda d: 0.2),
    "RandomContrast": images(factor=lambda d: 0.2),
    "RandomBrightness": images(factor=lambda d: 0.2),
    "RandomHeight": images(factor=lambda d: 0.2),
    "RandomWidth": images(factor=lambda d: 0.2),
    "RandomCrop": images(height=lambda d: 4, width=lambda d: 3),
    "RandomErasing": images(),
    "RandomInvert": images(),
    "RandomShear": images(x_factor=lambda d: 0.2),
    "RandomElasticTransform": images(),
    "RandomPerspective": images(),
    "RandomGaussianBlur": images(),
    **{name: lambda d: ([d.image()[:2] + (3,)], {}) for name in ["RandAugment", "AugMix", "CutMix", "MixUp", "Solarization", "RandomGrayscale"]},
    **{name: lambda d: ([d.image()[:2] + (3,)], {"factor": 0.2}) for name in ["RandomHue", "RandomSaturation", "RandomSharpness", "RandomColorDegeneration"]},
    "RandomPosterization": lambda d: ([d.image()[:2] + (3,)], {"factor": 4}),
    "RandomColorJitter": lambda d: ([d.image()[:2] + (3,)], {"brightness_factor": 0.2}),
}


def model_of(k, kind, shapes, options):
    inputs = [k.layers.Input(shape) for shape in shapes]
    if kind == "TimeDistributed":
        layer = k.layers.TimeDistributed(k.layers.Dense(3, activation="tanh"))
    else:
        layer = getattr(k.layers, kind)(**options)
    return k.Model(inputs, layer(inputs[0] if len(inputs) == 1 else inputs))


def trained(model, random):
    """Weights as after a training: none at its start, variances positive."""
    values = []
    for weight in model.weights:
        name, shape = getattr(weight, "path", weight.name), weight.shape
        positive = "variance" in name
        values.append(random.uniform(0.5, 1.5, shape) if positive else random.normal(0, 0.5, shape))
    kept = [old if "seed" in weight.name or "count" in weight.name else new for weight, old, new in zip(model.weights, model.get_weights(), values)]
    model.set_weights(kept)
    for layer in model.layers:
        # Normalization computes with what it made of its weights when they were adapted or loaded.
        if hasattr(layer, "finalize_state"):
            layer.finalize_state()


def inputs_of(kind, shapes, random):
    if kind in tokens:
        return [random.integers(0, 9, (2, *shape)).astype(numpy.float32) for shape in shapes]
    found = [random.uniform(-1, 1, (2, *shape)).astype(numpy.float32) for shape in shapes]
    if kind == "Masking":
        found[0][:, 1] = 0
        found[0][:, 2] = 0.5
    return found


def saved(version, model, folder):
    path = os.path.join(folder, "tfjs")
    if version == 3:
        file = os.path.join(folder, "model.keras")
        model.save(file)
        converter.dispatch_keras_keras_to_tfjs_layers_model_conversion(file, path)
    else:
        tensorflowjs.converters.save_keras_model(model, path)
    described = json.loads(pathlib.Path(path, "model.json").read_text())
    shards = [shard for group in described["weightsManifest"] for shard in group["paths"]]
    return described, b"".join(pathlib.Path(path, shard).read_bytes() for shard in shards)


def text(data):
    return base64.b64encode(data).decode()


def tensor(array):
    return {"shape": list(array.shape), "data": text(array.astype("<f4").tobytes())}


def case(version, kind, number):
    """One case; None where Keras refuses what was drawn."""
    k = keras if version == 3 else tf_keras
    draw = Draw(number, version)
    k.backend.clear_session()
    k.utils.set_random_seed(number)
    shapes, options = kinds[kind](draw)
    try:
        model = model_of(k, kind, shapes, options)
        trained(model, draw.random)
        inputs = inputs_of(kind, shapes, draw.random)
        # As predict does, without compiling a function for each model.
        outputs = numpy.asarray(model(inputs if len(inputs) > 1 else inputs[0], training=False))
    except Exception as error:
        return None, f"{kind} {options}: {str(error).splitlines()[0][:160]}"
    with tempfile.TemporaryDirectory() as folder:
        described, weights = saved(version, model, folder)
    name = f"{kind} {json.dumps(options)} of {' '.join(str(list(shape)) for shape in shapes)}"
    found = {"name": name, "kind": kind, "keras": version, "model": described, "weights": text(weights)}
    return {**found, "inputs": [tensor(each) for each in inputs], "output": tensor(outputs)}, None


cases, refused = [], []
for version, k in ((3, keras), (2, tf_keras)):
    for place, kind in enumerate(kinds):
        if not hasattr(k.layers, kind):
            continue
        drawn, number = 0, 0
        while drawn < draws and number < 10 * draws:
            found, reason = case(version, kind, 1000003 * seed + 1009 * place + number)
            number += 1
            drawn += found is not None
            (cases if found else refused).append(found or f"Keras {version}: {reason}")
for reason in refused:
    print(reason, file=sys.stderr)
missing = [f"{kind} in {k.__version__}" for k, version in ((keras, 3), (tf_keras, 2)) for kind in kinds if hasattr(k.layers, kind) and not any(c["kind"] == kind and c["keras"] == version for c in cases)]
result = {"keras": keras.__version__, "tf_keras": tf_keras.__version__, "missing": missing, "cases": cases}
with open(out, "wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as file:
    file.write(json.dumps(result).encode())
print(json.dumps({"cases": len(cases), "refused": len(refused), "missing": missing}))
