"""One contender out of Python: NAME FILE ROWS; prints what measure.mjs prints."""
import hashlib
import json
import resource
import sys
import time

name, path, rows = sys.argv[1:4]
try:
    import numpy

    if name.startswith("pandas"):
        import pandas
except ImportError as error:
    print(json.dumps({"absent": str(error)}))
    sys.exit()

readers = {
    "numpy.loadtxt": lambda: numpy.loadtxt(path, dtype=numpy.uint8, delimiter=",", skiprows=1, comments=None),
    "pandas uint8": lambda: pandas.read_csv(path, dtype=numpy.uint8, low_memory=True).to_numpy(),
    "pandas defaults": lambda: pandas.read_csv(path).to_numpy(dtype=numpy.uint8),
}
began = time.perf_counter()
table = readers[name]()
labels = numpy.ascontiguousarray(table[:, 0])
pixels = numpy.ascontiguousarray(table[:, 1:])
done = time.perf_counter()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
digest = hashlib.sha256(labels.tobytes())
digest.update(pixels)
checked = time.perf_counter()
result = {"ms": (done - began) * 1e3, "rss": peak, "result": digest.hexdigest(), "checked": (checked - done) * 1e3}
print(json.dumps(result))
