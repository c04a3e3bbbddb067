"""Writes src/operators.ts out of the schemas in Python's onnx: python scripts/operators.py > src/operators.ts"""

from collections import defaultdict

import onnx

UNBOUNDED = 2**31 - 1
kinds = {"FLOAT": "float", "INT": "int", "STRING": "string", "TENSOR": "tensor", "GRAPH": "graph",
         "FLOATS": "floats", "INTS": "ints", "STRINGS": "strings", "SPARSE_TENSOR": "other", "TYPE_PROTO": "other"}

versions = defaultdict(list)
for schema in onnx.defs.get_all_schemas_with_history():
    if schema.domain == "":
        versions[schema.name].append(schema)


def bounds(low, high):
    return f"{low}-{'*' if high == UNBOUNDED else high}"


def attributes(schemas):
    found = defaultdict(set)
    for schema in schemas:
        for attribute in schema.attributes.values():
            found[attribute.name].add(kinds[attribute.type.name])
    for name in sorted(found):
        needed = all(name in schema.attributes and schema.attributes[name].required for schema in schemas)
        yield f"{name}{'!' if needed else ''}:{'|'.join(sorted(found[name]))}"


def line(name, schemas):
    inputs = bounds(min(s.min_input for s in schemas), max(s.max_input for s in schemas))
    outputs = bounds(min(s.min_output for s in schemas), max(s.max_output for s in schemas))
    since = min(s.since_version for s in schemas)
    return " ".join([name, str(since), inputs, outputs, *attributes(schemas)])


print("// Written by scripts/operators.py out of the schemas of Python's onnx", onnx.__version__)
print()
print("/** The newest operator set of ONNX's own domain that the table knows. */")
print(f"export const newestOpset = {onnx.defs.onnx_opset_version()}")
print()
print("/**")
print(" * ONNX's own operators over all versions: name, first opset, counts of inputs and outputs (`*` is any number), attributes")
print(" * with their kinds, `!` for one that every version requires.")
print(" */")
print("export const operatorTable = `")
for name in sorted(versions):
    print(line(name, versions[name]))
print("`")
