"""Writes src/operators.ts and src/operandtypes.ts out of the schemas in Python's onnx: python scripts/operators.py src"""

import pathlib
import re
import sys
from collections import defaultdict

import onnx

UNBOUNDED = 2**31 - 1
kinds = {"FLOAT": "float", "INT": "int", "STRING": "string", "TENSOR": "tensor", "GRAPH": "graph",
         "FLOATS": "floats", "INTS": "ints", "STRINGS": "strings", "SPARSE_TENSOR": "other", "TYPE_PROTO": "other"}

versions = defaultdict(list)
for schema in onnx.defs.get_all_schemas_with_history():
    if schema.domain == "":
        versions[schema.name].append(schema)
for schemas in versions.values():
    schemas.sort(key=lambda schema: schema.since_version)


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


def code(text):
    """The number of an element type in TensorProto.DataType; 0 for what is no tensor: sequences, maps, optional values."""
    match = re.fullmatch(r"tensor\((\w+)\)", text)
    return onnx.TensorProto.DataType.Value(match[1].upper()) if match else 0


def allowed(schema, operand):
    """What an operand may be, as a letter for each element type."""
    constraint = next((c for c in schema.type_constraints if c.type_param_str == operand.type_str), None)
    texts = constraint.allowed_type_strs if constraint else [operand.type_str]
    return "".join(sorted({chr(ord("a") - 1 + code(text)) if code(text) else "*" for text in texts}))


def signature(schema, sets):
    """`AAB>A,3,0`: a letter for the type of each input and output, then which set of types each letter stands for."""
    letters = {}

    def side(operands):
        text = ""
        for operand in operands:
            # Operands of one type parameter have one type; those of a fixed type share nothing.
            letter = letters.setdefault(operand.type_str, (chr(ord("A") + len(letters)), allowed(schema, operand)))[0]
            variadic = operand.option == onnx.defs.OpSchema.FormalParameterOption.Variadic
            text += letter + ("+" if variadic and operand.is_homogeneous else "*" if variadic else "")
        return text

    both = f"{side(schema.inputs)}>{side(schema.outputs)}"
    return ",".join([both, *(str(sets.setdefault(each, len(sets))) for _, each in letters.values())])


def signatures(name, schemas, sets):
    parts, last = [], None
    for schema in schemas:
        own = signature(schema, sets)
        if own != last:
            parts.append(f"{schema.since_version}={own}")
        last = own
    return " ".join([name, *parts])


def written_by(text):
    return f"// Written by scripts/operators.py out of the schemas of Python's onnx {onnx.__version__}\n\n{text}"


def operators():
    lines = [line(name, versions[name]) for name in sorted(versions)]
    return written_by(f"""/** The newest operator set of ONNX's own domain that the table knows. */
export const newestOpset = {onnx.defs.onnx_opset_version()}

/**
 * ONNX's own operators over all versions: name, first opset, counts of inputs and outputs (`*` is any number), attributes
 * with their kinds, `!` for one that every version requires.
 */
export const operatorTable = `
""" + "\n".join(lines) + "\n`\n")


def operand_types():
    sets = {}
    lines = [signatures(name, versions[name], sets) for name in sorted(versions)]
    return written_by("""/**
 * Sets of element types: the letter at place n of the alphabet (then `{` and `|`) is number n of TensorProto.DataType, `*` what is
 * no tensor (sequences, maps, optional values).
 */
export const typeSets = `
""" + " ".join(sets) + """
`

/**
 * What ONNX's own operators take and give, by the operator set that brought it: a letter for the type of each input, `>`, of each
 * output (`+` behind one that may come again, `*` where each time may be of another type), and the sets that the letters A, B, …
 * stand for. Operands with the same letter have the same type.
 */
export const operandTypeTable = `
""" + "\n".join(lines) + "\n`\n")


folder = pathlib.Path(sys.argv[1])
(folder / "operators.ts").write_text(operators())
(folder / "operandtypes.ts").write_text(operand_types())
