"""Writes the same thirty pictures of 8 x 8, with their labels, as files of many kinds into a folder: kinds_files.py FOLDER."""

import gzip
import io
import json
import pickle
import sqlite3
import sys
import tarfile
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pillow_heif
import scipy.io
from astropy.io import fits
from PIL import Image
from sklearn.datasets import dump_svmlight_file

folder = Path(sys.argv[1])
x = np.random.default_rng(0).integers(0, 256, (30, 8, 8), dtype=np.uint8)
y = np.arange(30) % 3
flat = x.reshape(30, -1)
frame = pd.DataFrame(flat, columns=[f"pixel{i}" for i in range(64)])
frame.insert(0, "label", y)
frame.to_csv(folder / "right.csv", index=False)

np.save(folder / "array.npy", x)
np.savez(folder / "mnist.npz", x_train=x, y_train=y, x_test=x[:9], y_test=y[:9])
with h5py.File(folder / "digits.h5", "w") as file:
    file["train/images"], file["train/labels"] = x, y
    file["test/images"], file["test/labels"] = x[:7], y[:7]
scipy.io.savemat(folder / "numbers.mat", {"X": x, "y": y.reshape(-1, 1)})
scipy.io.savemat(folder / "last.mat", {"X": np.moveaxis(x, 0, -1), "y": y.reshape(-1, 1)})
scipy.io.savemat(folder / "nested.mat", {"dataset": {"train": {"images": flat, "labels": y}, "test": {"images": flat[:5], "labels": y[:5]}}})
with scipy.io.netcdf_file(folder / "digits.nc", "w") as file:
    file.createDimension("row", 30)
    file.createDimension("pixel", 64)
    file.createVariable("images", "i2", ("row", "pixel"))[:] = flat
    file.createVariable("labels", "i2", ("row",))[:] = y
fits.HDUList([fits.PrimaryHDU(x), fits.ImageHDU(y)]).writeto(folder / "digits.fits")
frame.to_pickle(folder / "frame.pkl")
(folder / "batch").write_bytes(pickle.dumps({b"batch_label": b"one", b"labels": y.tolist(), b"data": flat, b"filenames": [b"a.png"] * 30}, protocol=2))

(folder / "mnist.pkl.gz").write_bytes(gzip.compress(pickle.dumps(((x, y), (x[:9], y[:9]), (x[:5], y[:5])), protocol=2)))
frame.to_parquet(folder / "frame.parquet")
frame.to_feather(folder / "frame.feather")
pd.DataFrame(frame.astype("int64")).to_orc(folder / "frame.orc")
frame.to_excel(folder / "frame.xlsx", index=False)
frame.to_excel(folder / "frame.ods", index=False, engine="odf")
frame.to_stata(folder / "frame.dta", write_index=False, version=118)
frame.to_json(folder / "frame.json", orient="records")
frame.to_json(folder / "frame.jsonl", orient="records", lines=True)
with sqlite3.connect(folder / "digits.sqlite") as base:
    frame.to_sql("digits", base, index=False)
lines = ["@RELATION digits", "@ATTRIBUTE label {0,1,2}", *(f"@ATTRIBUTE pixel{i} REAL" for i in range(64)), "@DATA"]
rows = [",".join(map(str, row)) for row in frame.to_numpy().tolist()]
(folder / "digits.arff").write_text("\n".join([*lines, *rows, ""]))
dump_svmlight_file(flat.astype(float), y, str(folder / "digits.libsvm"), zero_based=False)
with tarfile.open(folder / "digits.tar.gz", "w:gz") as tar:
    tar.add(folder / "right.csv", "inside.csv")

pillow_heif.register_heif_opener()
rgb = [Image.fromarray(np.stack([one] * 3, -1)) for one in x]
for name in ["heic", "avif", "ppm", "pcx", "tga", "ico", "jp2"]:
    for row in range(6):
        place = folder / "pictures" / name / f"class{row % 2}"
        place.mkdir(parents=True, exist_ok=True)
        rgb[row].save(place / f"{row}.{name}")
# As phones send them: what is inside is not what the name says.
for row in range(6):
    place = folder / "pictures" / "mixed" / f"class{row % 2}"
    place.mkdir(parents=True, exist_ok=True)
    with io.BytesIO() as room:
        rgb[row].save(room, ["heif", "png"][row % 2])
        (place / f"{row}.jpg").write_bytes(room.getvalue())
json.dump({"pictures": sorted(path.name for path in (folder / "pictures").iterdir())}, sys.stdout)
