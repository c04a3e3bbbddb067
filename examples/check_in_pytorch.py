"""Loads the weights that save_for_pytorch.ts wrote into PyTorch, and compares what both say of 1,000 digits.

npx tsx save_for_pytorch.ts && python check_in_pytorch.py        (--numpy: without PyTorch)
"""

import sys

import numpy
from safetensors.numpy import load_file

weights, digits = load_file("model.safetensors"), load_file("digits.safetensors")
w1, b1, w2, b2 = (weights[name] for name in ("1.weight", "1.bias", "3.weight", "3.bias"))
x = digits["pixels"] / numpy.float32(255)

if "--numpy" in sys.argv:
    logits = numpy.maximum(x @ w1 + b1, 0) @ w2 + b2
else:
    import torch

    net = torch.nn.Sequential(torch.nn.Linear(784, 60), torch.nn.ReLU(), torch.nn.Linear(60, 10))
    state = {"0.weight": w1.T, "0.bias": b1, "2.weight": w2.T, "2.bias": b2}  # torch: [outputs, inputs]
    net.load_state_dict({name: torch.tensor(values) for name, values in state.items()})
    logits = net(torch.tensor(x)).detach().numpy()

powers = numpy.exp(logits - logits.max(1, keepdims=True))
difference = abs(powers / powers.sum(1, keepdims=True) - digits["probabilities"]).max()
same = int((logits.argmax(1) == digits["probabilities"].argmax(1)).sum())
print(f"{same} of {len(x)} classes are the same, probabilities differ by at most {difference:.1e}")
sys.exit(0 if same == len(x) and difference < 1e-5 else 1)
