import { newestOpset, operatorTable } from './operators.ts'
import type { Node } from './types.ts'

/** What is asked of an operator's nodes, over all its versions. */
interface Operator {
  since: number
  inputs: Bounds
  outputs: Bounds
  attributes: ReadonlyMap<string, { kinds: readonly string[]; needed: boolean }>
}

type Bounds = readonly [low: number, high: number]

function parseBounds(text: string): Bounds {
  const [low, high] = text.split('-')
  return [Number(low), high === '*' ? Number.POSITIVE_INFINITY : Number(high)]
}

function parseOperator(line: string): [string, Operator] {
  const [name, since, inputs, outputs, ...attributes] = line.split(' ') as [string, string, string, string, ...string[]]
  const parsed = attributes.map((text) => {
    const [key, kinds] = text.split(':') as [string, string]
    return [key.replace('!', ''), { kinds: kinds.split('|'), needed: key.endsWith('!') }] as const
  })
  const operator = { since: Number(since), inputs: parseBounds(inputs), outputs: parseBounds(outputs) }
  return [name, { ...operator, attributes: new Map(parsed) }]
}

/** Parsed when first asked for: a page that only builds graphs never pays for it. */
let operators: ReadonlyMap<string, Operator> | undefined

/** Calls `fail` with a sentence where a node of ONNX's own domain is not as its operator is defined. */
export function assertOperator(node: Node, opset: number, fail: (reason: string) => never): void {
  operators ??= new Map(operatorTable.trim().split('\n').map(parseOperator))
  const operator = operators.get(node.opType)
  if (!operator) {
    if (opset > newestOpset) return
    fail(`ONNX has no operator "${node.opType}"; one of your own needs a domain of its own`)
  }
  if (operator.since > opset)
    fail(`"${node.opType}" is there from opset ${operator.since} on, the model asks for ${opset}`)
  assertCount('inputs', lastGiven(node.inputs), operator.inputs, fail)
  assertCount('outputs', node.outputs.length, operator.outputs, fail)
  assertAttributes(node, operator, opset, fail)
}

/** Optional inputs at the end may be left out by name or altogether. */
function lastGiven(names: readonly string[]): number {
  return names.findLastIndex((name) => name !== '') + 1
}

function assertCount(what: string, count: number, [low, high]: Bounds, fail: (reason: string) => never): void {
  if (count >= low && count <= high) return
  const range = low === high ? `${low}` : high === Number.POSITIVE_INFINITY ? `at least ${low}` : `${low} to ${high}`
  fail(`${count} ${what}, expected ${range}`)
}

function assertAttributes(node: Node, operator: Operator, opset: number, fail: (reason: string) => never): void {
  for (const [name, attribute] of Object.entries(node.attributes)) {
    const known = operator.attributes.get(name)
    if (!known && opset <= newestOpset) {
      const names = [...operator.attributes.keys()].join(', ') || 'none'
      fail(`attribute "${name}" is not one of the operator's (${names})`)
    }
    const kind = Object.keys(attribute).find((key) => key !== 'extra') ?? 'nothing'
    if (known && kind !== 'other' && !known.kinds.includes(kind)) {
      fail(`attribute "${name}" is tagged ${kind}, expected ${known.kinds.join(' or ')}`)
    }
  }
  for (const [name, { needed }] of operator.attributes) {
    if (needed && !Object.hasOwn(node.attributes, name)) fail(`attribute "${name}" is missing`)
  }
}
