"""The job of `fast` in PyTorch and pandas, as quickly as they go: train.csv and test.csv to submission.csv.

The same net, Muon for its filters and Adam for the rest, one-cycle, one and a half epochs of batches of 128; channels_last, fused Adam.

    python job_pytorch.py FOLDER OUT SEED
"""
import json
import sys
import time

import numpy as np
import pandas as pd
import torch
from torch import nn

folder, out, seed = sys.argv[1], sys.argv[2], int(sys.argv[3])
torch.set_num_threads(2)
torch.manual_seed(seed)
BATCH, EPOCHS, LEARNING_RATE, MOMENTUM, WARMUP = 128, 1.5, 0.15, 0.6, 0.2

train = pd.read_csv(f"{folder}/train.csv", dtype=np.uint8)
test = pd.read_csv(f"{folder}/test.csv", dtype=np.uint8)
labels = torch.tensor(train["label"].values.astype(np.int64))
images = torch.tensor(train.drop(columns="label").values).reshape(-1, 1, 28, 28).float() / 255
images = images.contiguous(memory_format=torch.channels_last)
unknown = torch.tensor(test.values).reshape(-1, 1, 28, 28).float() / 255

net = nn.Sequential(
    nn.Conv2d(1, 16, 6, 2, 2), nn.ReLU(),
    nn.Conv2d(16, 32, 3), nn.ReLU(), nn.AvgPool2d(2),
    nn.Conv2d(32, 64, 3), nn.ReLU(), nn.AvgPool2d(2),
    nn.Flatten(), nn.Linear(256, 10),
).to(memory_format=torch.channels_last)
filters = [layer.weight for layer in net if isinstance(layer, nn.Conv2d)]
others = [parameter for parameter in net.parameters() if all(parameter is not each for each in filters)]
momenta = [torch.zeros_like(each) for each in filters]
adam = torch.optim.Adam(others, lr=LEARNING_RATE * 0.04, betas=(0.9, 0.99), fused=True)


@torch.no_grad()
def muon(rate):
    for weight, momentum in zip(filters, momenta):
        momentum.mul_(MOMENTUM).add_(weight.grad)
        update = weight.grad.add(momentum, alpha=MOMENTUM)
        matrix = update.reshape(len(update), -1)
        wide = matrix.shape[0] <= matrix.shape[1]
        matrix = matrix if wide else matrix.T
        matrix = matrix / (matrix.norm() + 1e-7)
        for _ in range(5):
            gram = matrix @ matrix.T
            matrix = 3.4445 * matrix + (-4.7750 * gram + 2.0315 * gram @ gram) @ matrix
        scale = max(1, len(update) / (update.numel() / len(update))) ** 0.5
        weight.add_((matrix if wide else matrix.T).reshape(update.shape), alpha=-rate * scale)


loss_of = nn.CrossEntropyLoss()
steps_per_epoch = len(images) // BATCH
steps = int(EPOCHS * steps_per_epoch)
began = time.time()
step = 0
while step < steps:
    order = torch.randperm(len(images))
    for start in range(0, steps_per_epoch * BATCH, BATCH):
        if step >= steps:
            break
        done = step / (steps - 1)
        factor = done / WARMUP if done < WARMUP else (1 - done) / (1 - WARMUP)
        step += 1
        for group in adam.param_groups:
            group["lr"] = LEARNING_RATE * 0.04 * factor
        rows = order[start : start + BATCH]
        loss = loss_of(net(images[rows]), labels[rows])
        net.zero_grad()
        loss.backward()
        muon(LEARNING_RATE * factor)
        adam.step()
trained = time.time() - began

with torch.no_grad():
    parts = [net(part.contiguous(memory_format=torch.channels_last)).argmax(1) for part in unknown.split(2000)]
found = torch.cat(parts).numpy()
pd.DataFrame({"ImageId": np.arange(1, len(found) + 1), "Label": found}).to_csv(out, index=False)
print(json.dumps({"train": trained}))
