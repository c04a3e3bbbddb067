import type { Graph, Node } from '@pixelrow/onnx'
import { operands } from '../operands.ts'
import { DOMAIN } from '../operators.ts'

type Dims = readonly number[]

const product = (dims: Dims) => dims.reduce((all, dim) => all * dim, 1)

/** Multiplications and additions of one element of a convolution's result: its filter's, without the axis of filters. */
const ofFilter = (filter: Dims) => 2 * product(filter.slice(1))

/** What an operator must compute at least, by the shapes of its inputs and its output; what is not named here counts nothing. */
const rules: Record<string, (inputs: readonly Dims[], output: Dims) => number> = {
  Conv: (inputs, output) => {
    const [, filter] = operands(inputs, 2, 'Conv')
    return product(output) * ofFilter(filter)
  },
  [`${DOMAIN}:ConvGradInput`]: (inputs) => {
    const [dy, filter] = operands(inputs, 2, 'ConvGradInput')
    return product(dy) * ofFilter(filter)
  },
  [`${DOMAIN}:ConvGradWeight`]: (inputs, filter) => {
    const [, dy] = operands(inputs, 2, 'ConvGradWeight')
    return product(dy) * ofFilter(filter)
  },
  Gemm: (inputs, output) => {
    const [a] = operands(inputs, 1, 'Gemm')
    return (2 * product(output) * product(a)) / rowsOf(a, output)
  },
  MatMul: (inputs, output) => {
    const [a] = operands(inputs, 1, 'MatMul')
    return 2 * product(output) * a.at(-1)!
  },
}

/** Rows of the left matrix, whichever way it lies. */
function rowsOf(a: Dims, [rows]: Dims): number {
  return rows !== undefined && a.includes(rows) ? rows : a[0]!
}

/** Floating-point operations of a step's convolutions and matrix products, however a device carries them out. */
export function flopsOf(graph: Graph): number {
  const infos = [...graph.inputs, ...graph.outputs, ...(graph.values ?? [])]
  const dims = new Map(infos.map(({ name, type }) => [name, (type.dims ?? []).map(Number)]))
  for (const { name = '', dims: sizes } of graph.initializers) dims.set(name, [...sizes])
  const flops = ({ domain, opType, inputs, outputs }: Node) => {
    const rule = rules[domain ? `${domain}:${opType}` : opType]
    return rule
      ? rule(
          inputs.map((name) => dims.get(name) ?? []),
          dims.get(outputs[0]!) ?? [],
        )
      : 0
  }
  return graph.nodes.reduce((sum, node) => sum + flops(node), 0)
}
