"""PyTorch's side of bench/gpu: the same nets from the same weights on the same rows, on the GPU where there is one. Prints one JSON object.

Modes: `eager`; `compile`, where torch.compile has the loss and the optimiser; `graphs`, where a CUDA graph replays the compiled step. Each with the
images in both memory formats. TF32 is allowed, as onnxruntime's CUDA provider uses it; images are kept on the device as bytes."""
import json
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

warnings.filterwarnings("ignore")
torch.set_float32_matmul_precision("high")
torch.backends.cudnn.allow_tf32 = True
torch.backends.cudnn.benchmark = True
folder = Path(sys.argv[1])
job = json.loads((folder / "job.json").read_text())
STEPS = job["steps"]
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
on_gpu = device.type == "cuda"
MODES = job.get("modes") or (["eager", "compile", "graphs"] if on_gpu else ["eager", "compile"])
FORMATS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}


def wait():
    if on_gpu:
        torch.cuda.synchronize()


def note(text):
    print(f"  {text}", file=sys.stderr, flush=True)


class Residual(nn.Module):
    def __init__(self, layers, shortcut):
        super().__init__()
        self.layers, self.shortcut = layers, shortcut

    def forward(self, x):
        return self.layers(x) + self.shortcut(x)


class GlobalAveragePool(nn.Module):
    def forward(self, x):
        return x.mean((2, 3))


def same(layer, size):
    padding = layer.get("padding", 0)
    return (layer["kernelSize"] - 1) // 2 if padding == "same" else padding


def build(layers, width, size):
    """The layers as modules, and the channels and the image's size that come out; a vector's size is 1."""
    modules = []
    for layer in layers:
        kind = layer["type"]
        if kind == "conv2d":
            kernel, stride, padding = layer["kernelSize"], layer.get("stride", 1), same(layer, size)
            modules.append(nn.Conv2d(width, layer["filters"], kernel, stride, padding, bias=layer.get("bias", True)))
            width, size = layer["filters"], (size + 2 * padding - kernel) // stride + 1
        elif kind == "residual":
            inner, *after = build(layer["layers"], width, size)
            modules.append(Residual(inner, build(layer.get("shortcut", []), width, size)[0]))
            width, size = after
        elif kind == "dense":
            modules.append(nn.Linear(width, layer["units"]))
            width = layer["units"]
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


class Net(nn.Module):
    """Bytes in, logits out: the scaling is part of the net, as in pixelrow's."""

    def __init__(self, architecture, memory_format):
        super().__init__()
        shape = architecture["input"]["shape"]
        self.dims = (shape["height"], shape["width"], shape["channels"])
        self.scale = 1 / architecture["input"]["maxValue"]
        self.memory_format = memory_format
        self.layers = build(architecture["layers"], shape["channels"], shape["height"])[0]

    def forward(self, pixels):
        x = pixels.view(-1, *self.dims).permute(0, 3, 1, 2).float() * self.scale
        return self.layers(x.contiguous(memory_format=self.memory_format))


def load(name, memory_format):
    from safetensors.torch import load_file

    net = Net(job["nets"][name]["architecture"], memory_format)
    names = {"runningMean": "running_mean", "runningVariance": "running_var"}
    state = {}
    for path, value in load_file(folder / f"{name}.safetensors").items():
        prefix, parameter = path.rsplit(".", 1)
        # pixelrow's dense weights are [inputs, units].
        state[f"layers.{prefix}.{names.get(parameter, parameter)}"] = value.T if value.ndim == 2 else value
    missing, unexpected = net.load_state_dict(state, strict=False)
    if unexpected or any(not key.endswith("num_batches_tracked") for key in missing):
        raise ValueError(f"the weights do not fit: {missing} are missing, {unexpected} left over")
    return net.to(device).to(memory_format=memory_format)


def orthogonalize(x, steps):
    """Newton–Schulz on [outputs, inputs]."""
    rows, columns = x.shape
    x = x.T if rows > columns else x
    x = x / (x.norm() + 1e-7)
    for _ in range(steps):
        s = x @ x.T
        x = torch.addmm(x, torch.addmm(s, s, s, beta=-4.775, alpha=2.0315), x, beta=3.4445)
    x = x.T if rows > columns else x
    return x * max(1, rows / columns) ** 0.5


class Sgd:
    def __init__(self, weights, options, rate):
        self.weights, self.o, self.rate = weights, options, rate
        self.momenta = [torch.zeros_like(w) for w in weights]

    @torch.no_grad()
    def step(self, gradients):
        if self.o["weightDecay"]:
            gradients = torch._foreach_add(gradients, self.weights, alpha=self.o["weightDecay"])
        if self.o["momentum"]:
            torch._foreach_mul_(self.momenta, self.o["momentum"])
            torch._foreach_add_(self.momenta, gradients)
            nesterov = self.o.get("nesterov")
            gradients = torch._foreach_add(gradients, self.momenta, alpha=self.o["momentum"]) if nesterov else self.momenta
        torch._foreach_add_(self.weights, torch._foreach_mul(gradients, -self.rate))


class Adam:
    def __init__(self, weights, beta2, rate, share):
        self.weights, self.beta2, self.rate, self.share = weights, beta2, rate, share
        self.mean, self.square = [torch.zeros_like(w) for w in weights], [torch.zeros_like(w) for w in weights]
        self.count = torch.zeros((), device=device)

    @torch.no_grad()
    def step(self, gradients):
        self.count += 1
        torch._foreach_lerp_(self.mean, gradients, 0.1)
        torch._foreach_mul_(self.square, self.beta2)
        torch._foreach_addcmul_(self.square, gradients, gradients, value=1 - self.beta2)
        roots = torch._foreach_sqrt(torch._foreach_div(self.square, 1 - self.beta2**self.count))
        torch._foreach_add_(roots, 1e-8)
        updates = torch._foreach_div(torch._foreach_div(self.mean, 1 - 0.9**self.count), roots)
        torch._foreach_add_(self.weights, torch._foreach_mul(updates, -self.rate * self.share))


class Muon:
    """Muon for filters (and matrices), Adam for the rest, as the optimiser's options say."""

    def __init__(self, weights, options, rate):
        self.o, self.rate = options, rate
        is_matrix = lambda w: w.ndim > (2 if options["filtersOnly"] else 1)
        self.chosen = [i for i, w in enumerate(weights) if is_matrix(w)]
        self.others = [i for i, w in enumerate(weights) if not is_matrix(w)]
        self.matrices = [weights[i] for i in self.chosen]
        self.momenta = [torch.zeros_like(w) for w in self.matrices]
        self.adam = Adam([weights[i] for i in self.others], options["beta2"], rate, options["adamShare"])

    @torch.no_grad()
    def step(self, gradients):
        mine = [gradients[i] for i in self.chosen]
        torch._foreach_mul_(self.momenta, self.o["momentum"])
        torch._foreach_add_(self.momenta, mine)
        updates = torch._foreach_add(mine, self.momenta, alpha=self.o["momentum"]) if self.o["nesterov"] else self.momenta
        updates = [orthogonalize(u.flatten(1), self.o["steps"]).view(u.shape) for u in updates]
        if self.o["weightDecay"]:
            updates = torch._foreach_add(updates, self.matrices, alpha=self.o["weightDecay"])
        torch._foreach_add_(self.matrices, torch._foreach_mul(updates, -self.rate))
        self.adam.step([gradients[i] for i in self.others])


class Training:
    """One training step in a mode; `rows` and `rate` are read from the device, so that a graph can be replayed."""

    def __init__(self, name, mode, memory_format):
        self.spec = spec = job["nets"][name]
        read = lambda kind: torch.from_numpy(np.fromfile(folder / f"{name}.{kind}.u8", np.uint8)).to(device)
        self.X, self.Y = read("pixels").view(-1, int(np.prod(list(spec["architecture"]["input"]["shape"].values())[:3]))), read("labels").long()
        self.net = load(name, memory_format).train()
        self.weights = list(self.net.parameters())
        self.rows = torch.zeros(spec["batchSize"], dtype=torch.long, device=device)
        self.rate = torch.full((), spec["learningRate"], device=device)
        options = spec["optimizer"]
        details = [w.data for w in self.weights]
        self.optimizer = {"sgd": Sgd, "muon": Muon}[options["kind"]](details, options, self.rate)
        self.loss_of, self.update = self._loss, self.optimizer.step
        if mode != "eager":
            self.loss_of, self.update = torch.compile(self._loss), torch.compile(self.optimizer.step)
        self.graph = None
        if mode == "graphs":
            self._capture()

    def _loss(self, rows):
        logits = self.net(self.X[rows])
        return F.cross_entropy(logits, self.Y[rows], label_smoothing=self.spec["labelSmoothing"])

    def _step(self):
        loss = self.loss_of(self.rows)
        self.update(list(torch.autograd.grad(loss, self.weights)))
        return loss.detach()

    def _capture(self):
        """Warms up on another stream, then puts everything back to where it was."""
        kept = [t.clone() for t in self._state()]
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(3):
                self._step()
        torch.cuda.current_stream().wait_stream(stream)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self.loss = self._step()
        for tensor, value in zip(self._state(), kept):
            tensor.copy_(value)

    def _state(self):
        o = self.optimizer
        adam = getattr(o, "adam", None)
        return [w.data for w in self.weights] + list(self.net.buffers()) + o.momenta + ([*adam.mean, *adam.square, adam.count] if adam else [])

    def step(self, rows, rate=None):
        self.rows.copy_(rows)
        if rate is not None:
            self.rate.fill_(rate)
        if self.graph is None:
            return self._step()
        self.graph.replay()
        return self.loss.clone()


def time_steps(name, mode, memory_format):
    training = Training(name, mode, memory_format)
    rows = np.fromfile(folder / f"{name}.rows.u32", np.uint32).astype(np.int64)
    batches = torch.from_numpy(rows).view(-1, training.spec["batchSize"]).to(device)
    ms, losses = [], []
    end = time.perf_counter() + job["seconds"]
    for chunk in batches.split(STEPS):
        if len(ms) >= 2 and time.perf_counter() > end:
            break
        wait()
        began = time.perf_counter()
        found = [training.step(batch) for batch in chunk]
        wait()
        ms.append((time.perf_counter() - began) * 1000 / STEPS)
        losses = losses or [loss.item() for loss in found]
    return {"ms": float(np.median(ms[1:])), "least": min(ms[1:]), "losses": losses}


def rate_at(step, steps, peak, warmup=0.2):
    """pixelrow's oneCycle({ warmup: 0.2, start: 0, end: 0, linear: true })."""
    at, top = step / max(1, steps - 1), warmup
    return peak * (at / top if at < top else (1 - at) / (1 - top))


def time_to_99(mode, memory_format):
    test = lambda kind: torch.from_numpy(np.fromfile(folder / f"test.{kind}.u8", np.uint8)).to(device)
    images, labels = test("pixels").view(-1, 784), test("labels").long()
    runs = []
    for seed in range(1, job["seeds"] + 1):
        training = Training("fast", mode, memory_format)
        batch, count = training.spec["batchSize"], len(training.Y)
        per_epoch = count // batch
        steps = round(1.5 * per_epoch)
        kept = [t.clone() for t in training._state()]
        training.step(torch.arange(batch, device=device), 0.0)  # compiles
        for tensor, value in zip(training._state(), kept):
            tensor.copy_(value)
        generator = torch.Generator(device="cpu").manual_seed(seed)
        wait()
        began = time.perf_counter()
        for step in range(steps):
            if step % per_epoch == 0:
                order = torch.randperm(count, generator=generator).to(device)
            at = step % per_epoch * batch
            training.step(order[at : at + batch], rate_at(step, steps, training.spec["learningRate"]))
        training.net.eval()
        with torch.no_grad():
            right = sum((training.net(images[i : i + 2000]).argmax(1) == labels[i : i + 2000]).sum().item() for i in range(0, len(labels), 2000))
        runs.append({"seed": seed, "training": time.perf_counter() - began, "accuracy": right / len(labels)})
    return {"runs": runs, "training": float(np.median([run["training"] for run in runs]))}


@torch.no_grad()
def throughput(mode, memory_format):
    net = load("fast", memory_format).eval()
    forward = torch.compile(net) if mode != "eager" else net
    rows = torch.from_numpy(np.fromfile(folder / "fast.pixels.u8", np.uint8)).view(-1, 784)[:28000]
    rows = rows.pin_memory() if on_gpu else rows
    seconds = []
    for _ in range(6):
        wait()
        began = time.perf_counter()
        # Seven pieces of one size: the copy of one goes on while the one before is computed.
        answers = [forward(piece.to(device, non_blocking=True)).softmax(1) for piece in rows.split(4000)]
        [answer.cpu() for answer in answers]
        seconds.append(time.perf_counter() - began)
    return {"rowsPerSecond": 28000 / float(np.median(seconds[1:]))}


def each(what, measure):
    """By `mode format`; what a mode cannot do says why."""
    found = {}
    for mode in MODES:
        for name, memory_format in FORMATS.items():
            note(f"{what}, {mode}, {name}")
            try:
                found[f"{mode} {name}"] = measure(mode, memory_format)
            except Exception as error:  # a mode that fails is told, the others count
                found[f"{mode} {name}"] = {"error": f"{type(error).__name__}: {error}".split("\n")[0][:300]}
            torch.compiler.reset()
    return found


result = {"version": torch.__version__, "device": torch.cuda.get_device_name() if on_gpu else "cpu"}
result["steps"] = {name: each(name, lambda mode, form, name=name: time_steps(name, mode, form)) for name in job["names"]}
if "fast" in job["nets"]:
    result["to99"] = each("fast to 99 %", time_to_99)
    result["throughput"] = each("28,000 rows", lambda mode, form: throughput("eager" if mode == "eager" else "compile", form))
print(json.dumps(result))
