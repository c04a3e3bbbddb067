import { dataTypeOf } from './datatypes.ts'
import { operandTypeTable, typeSets } from './operandtypes.ts'
import { newestOpset } from './operators.ts'
import type { DataType } from './types.ts'

/** An input or output as an operator's definition has it. */
export interface Operand {
  /** What stands for its type: operands of a node with one letter have one type. */
  letter: string
  /** The element types that it may have. */
  types: ReadonlySet<DataType>
  /** It may also be a sequence, a map or an optional value. */
  others: boolean
}

/** What an operator takes and gives; undefined where it has no such operand. */
export interface Operands {
  input(index: number): Operand | undefined
  output(index: number): Operand | undefined
}

type TypeSet = Omit<Operand, 'letter'>

/** Parsed when first asked for: a page that only builds graphs never pays for it. */
let tables: { lines: ReadonlyMap<string, string>; sets: readonly TypeSet[] } | undefined
const parsed = new Map<string, Operands>()

/**
 * The element types that one of ONNX's own operators takes and gives, in the version that an operator set has of it, by onnx's
 * own schemas. Undefined for an operator that the set does not have, and for a set that is newer than this package.
 */
export function operandsOf(opType: string, opset: number): Operands | undefined {
  if (opset > newestOpset) return undefined
  tables ??= parseTables()
  const versions = tables.lines.get(opType)?.split(' ').slice(1) ?? []
  const version = versions.findLast((each) => Number.parseInt(each, 10) <= opset)
  if (version === undefined) return undefined
  const key = `${opType} ${version}`
  const operands = parsed.get(key) ?? parseOperands(version.slice(version.indexOf('=') + 1), tables.sets)
  parsed.set(key, operands)
  return operands
}

function parseTables() {
  const lines = operandTypeTable.trim().split('\n')
  const byName = lines.map((line): [string, string] => [line.slice(0, line.indexOf(' ')), line])
  return { lines: new Map(byName), sets: typeSets.trim().split(' ').map(parseSet) }
}

function parseSet(letters: string): TypeSet {
  const codes = [...letters].filter((letter) => letter !== '*').map((letter) => letter.charCodeAt(0) - 96)
  return { types: new Set(codes.map(dataTypeOf)), others: letters.includes('*') }
}

function parseOperands(text: string, sets: readonly TypeSet[]): Operands {
  const [sides = '', ...places] = text.split(',')
  const [inputs = '', outputs = ''] = sides.split('>')
  const setOf = (letter: string) => sets[Number(places[letter.charCodeAt(0) - 65])]!
  return { input: sideOf(inputs, 'in', setOf), output: sideOf(outputs, 'out', setOf) }
}

function sideOf(text: string, side: string, setOf: (letter: string) => TypeSet): Operands['input'] {
  const letters = text.match(/[A-Z][+*]?/g) ?? []
  return (index) => {
    const last = letters.at(-1)
    const found = letters[index] ?? (last?.[1] ? last : undefined)
    // Where each time may be of another type, each stands for itself.
    return found ? { ...setOf(found), letter: found[1] === '*' ? `${side}${index}` : found[0]! } : undefined
  }
}
