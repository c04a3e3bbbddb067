import { int, type Model, type Node, write } from '@pixelrow/onnx'
import { rowsError } from './error.ts'
import { namer } from './graph.ts'
import { type Rows, runOver } from './score.ts'
import type { ScoreOptions } from './session.ts'

/** The smallest and the largest value that something takes. */
export interface Range {
  min: number
  max: number
}

/**
 * The range of each of these values over real rows, by a file that gives them as outputs too. Throws an `ExportError` where
 * rows do not fit, or a value is not finite.
 */
export async function rangesOf(
  model: Model,
  values: readonly string[],
  rows: Rows,
  options: ScoreOptions,
): Promise<Map<string, Range>> {
  const { graph } = model
  const fresh = namer(graph)
  const watched = values.map((name) => ({ name, min: fresh(`${name}/min`), max: fresh(`${name}/max`) }))
  const nodes = watched.flatMap(({ name, min, max }) => [
    reduce('ReduceMin', name, min),
    reduce('ReduceMax', name, max),
  ])
  const outputs = watched
    .flatMap(({ min, max }) => [min, max])
    .map((name) => ({ name, type: { dataType: 'float32' as const, dims: [] } }))
  const watching = { ...graph, nodes: [...graph.nodes, ...nodes], outputs: [...graph.outputs, ...outputs] }
  const ranges = new Map<string, Range>()
  await runOver(write({ ...model, graph: watching }), rows, options, (found) => {
    for (const { name, min, max } of watched) {
      const [low, high] = [Number(found[min]?.data[0]), Number(found[max]?.data[0])]
      if (!Number.isFinite(low) || !Number.isFinite(high)) {
        throw rowsError(`The value ${name} goes from ${low} to ${high} on the rows given; int8 needs finite values.`, {
          value: name,
          low: String(low),
          high: String(high),
        })
      }
      const before = ranges.get(name) ?? { min: low, max: high }
      ranges.set(name, { min: Math.min(before.min, low), max: Math.max(before.max, high) })
    }
  })
  return ranges
}

function reduce(opType: string, from: string, to: string): Node {
  return { opType, domain: '', name: to, inputs: [from], outputs: [to], attributes: { keepdims: int(0) } }
}
