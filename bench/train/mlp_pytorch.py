"""PyTorch's side of mlp.mjs: eager, on the CPU, in several settings; the table is float32 from the start (faster than converting)."""
import json
import sys
import time
from pathlib import Path

import numpy as np
import torch

ROWS, BATCH, EPOCHS = 42_000, 256, 6
folder = Path(sys.argv[1])
read = lambda name, header: np.fromfile(folder / name, np.uint8)[header:]
X = torch.tensor(read("train-images-idx3-ubyte", 16).reshape(-1, 784)[:ROWS]).float() / 255
Y = torch.tensor(read("train-labels-idx1-ubyte", 8)[:ROWS].astype(np.int64))
test_x = torch.tensor(read("t10k-images-idx3-ubyte", 16).reshape(-1, 784)).float() / 255
test_y = torch.tensor(read("t10k-labels-idx1-ubyte", 8).astype(np.int64))


def train(threads, **options):
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    net = torch.nn.Sequential(torch.nn.Linear(784, 60), torch.nn.ReLU(), torch.nn.Linear(60, 10))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.3, **options)
    loss = torch.nn.CrossEntropyLoss()
    times = []
    for _ in range(EPOCHS):
        began = time.perf_counter()
        order = torch.randperm(ROWS)
        for start in range(0, ROWS // BATCH * BATCH, BATCH):
            rows = order[start : start + BATCH]
            optimizer.zero_grad(set_to_none=True)
            loss(net(X[rows]), Y[rows]).backward()
            optimizer.step()
        times.append((time.perf_counter() - began) * 1000)
    with torch.no_grad():
        accuracy = (net(test_x).argmax(1) == test_y).float().mean().item()
    return times[1:], accuracy


epochs = {}
for name, options in {"2 threads": (2, {}), "2 threads, foreach": (2, {"foreach": True}), "2 threads, fused": (2, {"fused": True}), "1 thread": (1, {})}.items():
    epochs[name], accuracy = train(options[0], **options[1])
print(json.dumps({"epochs": epochs, "accuracy": accuracy}))
