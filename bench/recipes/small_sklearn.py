"""Draws a split of a small table, writes it as train.csv and unseen.csv, and prints the accuracy of an SVC and a random forest on it.

    python small_sklearn.py sklearn|mnist TRAIN.csv FOLDER SEED
"""
import json
import sys

import numpy as np
import pandas as pd
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC

table, path, folder, seed = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])

if table == "sklearn":
    pixels, labels = load_digits(return_X_y=True)
    pixels, white, sizes = pixels.astype(np.uint8), 16, {"test_size": 450}
else:
    rows = pd.read_csv(path, dtype=np.uint8)
    pixels, labels = rows.drop(columns="label").values, rows["label"].values
    white, sizes = 255, {"train_size": 1000, "test_size": 10_000}

if table == "sklearn":
    parts = train_test_split(pixels, labels, stratify=labels, random_state=seed, **sizes)
else:
    # As many rows of each class, not each class's share.
    order = np.random.default_rng(seed).permutation(len(labels))
    chosen = np.concatenate([order[labels[order] == digit][:100] for digit in range(10)])
    rest = np.setdiff1d(order, chosen, assume_unique=True)[:10_000]
    parts = pixels[chosen], pixels[rest], labels[chosen], labels[rest]

train_x, test_x, train_y, test_y = parts
for name, x, y in [("train", train_x, train_y), ("unseen", test_x, test_y)]:
    columns = {f"pixel{i}": x[:, i] for i in range(x.shape[1])}
    pd.DataFrame({"label": y, **columns}).to_csv(f"{folder}/{name}.csv", index=False)

classifiers = {"SVC": SVC(), "random forest": RandomForestClassifier(random_state=seed)}
print(json.dumps({name: each.fit(train_x / white, train_y).score(test_x / white, test_y) for name, each in classifiers.items()}))
