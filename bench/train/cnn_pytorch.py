"""PyTorch's side of cnn.mjs: eager, on the CPU, 2 threads; both memory formats. The images are float32 from the start (faster than converting)."""
import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import nn

folder = Path(sys.argv[1])
job = json.loads((folder / "job.json").read_text())
ROWS, BATCH, STEPS, CHUNKS = job["rows"], job["batch"], job["steps"], job["chunks"]
read = lambda name, header: np.fromfile(Path(job["digits"]) / name, np.uint8)[header:]
X = torch.tensor(read("train-images-idx3-ubyte", 16).reshape(-1, 1, 28, 28)[:ROWS]).float() / 255
Y = torch.tensor(read("train-labels-idx1-ubyte", 8)[:ROWS].astype(np.int64))
batches = torch.tensor(np.fromfile(folder / "rows.u32", np.uint32).astype(np.int64)).view(-1, BATCH)
initial = load_file(folder / "initial.safetensors")
torch.set_num_threads(2)


class Residual(nn.Module):
    def __init__(self, layers, shortcut):
        super().__init__()
        self.layers, self.shortcut = layers, shortcut

    def forward(self, x):
        return self.layers(x) + self.shortcut(x)


class GlobalAveragePool(nn.Module):
    def forward(self, x):
        return x.mean((2, 3))


def build(layers, width=1, size=28):
    """The layers as modules, and the channels and the image's size that come out; a vector's size is 1."""
    modules = []
    for layer in layers:
        kind = layer["type"]
        if kind == "conv2d":
            kernel, stride, padding = layer["kernelSize"], layer.get("stride", 1), layer.get("padding", 0)
            modules.append(nn.Conv2d(width, layer["filters"], kernel, stride, padding, bias=layer.get("bias", True)))
            width, size = layer["filters"], (size + 2 * padding - kernel) // stride + 1
        elif kind == "residual":
            inner, *after = build(layer["layers"], width, size)
            modules.append(Residual(inner, build(layer.get("shortcut", []), width, size)[0]))
            width, size = after
        elif kind == "dense":
            modules.append(nn.Linear(width, layer["units"]))
        elif kind == "flatten":
            modules.append(nn.Flatten())
            width, size = width * size * size, 1
        elif kind == "globalAveragePool":
            modules.append(GlobalAveragePool())
            size = 1
        elif kind == "batchNorm":
            modules.append(nn.BatchNorm2d(width))
        elif kind == "relu":
            modules.append(nn.ReLU(inplace=True))
        else:
            modules.append({"averagePool2d": nn.AvgPool2d, "maxPool2d": nn.MaxPool2d}[kind](layer["size"]))
            size //= layer["size"]
    return nn.Sequential(*modules), width, size


def load(net):
    """Puts pixelrow's weights in, whose dense ones are [inputs, units]."""
    names = {"runningMean": "running_mean", "runningVariance": "running_var"}
    state = {}
    for name, value in initial.items():
        path, parameter = name.rsplit(".", 1)
        state[f"{path}.{names.get(parameter, parameter)}"] = value.T if value.ndim == 2 else value
    missing, unexpected = net.load_state_dict(state, strict=False)
    if unexpected or any(not name.endswith("num_batches_tracked") for name in missing):
        raise ValueError(f"the weights do not fit: {missing} are missing, {unexpected} left over")


def orthogonalize(x):
    """Five Newton–Schulz steps on [outputs, inputs], in float32; torch.optim.Muon's are in bfloat16, which a CPU is slow at."""
    rows, columns = x.shape
    if rows > columns:
        x = x.T
    x = x / (x.norm() + 1e-7)
    for _ in range(5):
        s = x @ x.T
        x = torch.addmm(x, torch.addmm(s, s, s, beta=-4.775, alpha=2.0315), x, beta=3.4445)
    x = x.T if rows > columns else x
    return x * (rows / columns) ** 0.5 if rows > columns else x


def matrix(weight):
    """A view of filters as [filters, everything else], in the order they lie in memory, to which Muon is indifferent."""
    if weight.ndim == 2:
        return weight
    channels_last = weight.is_contiguous(memory_format=torch.channels_last) and not weight.is_contiguous()
    return (weight.permute(0, 2, 3, 1) if channels_last else weight).flatten(1)


class Muon:
    """Nesterov momentum 0.95, decoupled weight decay 0.1."""

    def __init__(self, weights, rate):
        self.rate, self.weights = rate, weights
        self.matrices = [matrix(weight.detach()) for weight in weights]
        if any(a.data_ptr() != b.data_ptr() for a, b in zip(self.matrices, weights)):
            raise ValueError("a matrix is a copy of its weight, not a view")
        self.momenta = [torch.zeros_like(weight) for weight in weights]

    @torch.no_grad()
    def step(self):
        gradients = [weight.grad for weight in self.weights]
        torch._foreach_mul_(self.momenta, 0.95)
        torch._foreach_add_(self.momenta, gradients)
        torch._foreach_add_(gradients, self.momenta, alpha=0.95)
        updates = [orthogonalize(matrix(gradient)) for gradient in gradients]
        torch._foreach_mul_(self.matrices, 1 - self.rate * 0.1)
        torch._foreach_add_(self.matrices, updates, alpha=-self.rate)


def optimizers(net):
    rate, weights = job["learningRate"], list(net.parameters())
    if job["optimizer"] == "adam":
        return [torch.optim.Adam(weights, rate, fused=True)]
    vectors = torch.optim.Adam([w for w in weights if w.ndim == 1], rate * 0.05, fused=True)
    return [Muon([w for w in weights if w.ndim > 1], rate), vectors]


def train(memory_format):
    net = build(job["layers"])[0]
    load(net)
    net = net.to(memory_format=memory_format).train()
    images = X.contiguous(memory_format=memory_format)
    criterion, steppers = nn.CrossEntropyLoss(), optimizers(net)
    ms, losses = [], []
    for chunk in batches.split(STEPS):
        began = time.perf_counter()
        for rows in chunk:
            for weight in net.parameters():
                weight.grad = None
            loss = criterion(net(images[rows]), Y[rows])
            loss.backward()
            for stepper in steppers:
                stepper.step()
            losses.append(loss.detach())
        ms.append((time.perf_counter() - began) * 1000 / STEPS)
    return {"ms": ms[1:], "losses": [loss.item() for loss in losses[:STEPS]]}


settings = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}
print(json.dumps({"version": torch.__version__.split("+")[0], "settings": {name: train(value) for name, value in settings.items()}}))
