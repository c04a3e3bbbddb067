import { float32, type Graph, type Message, type Node, viewOf } from '@pixelrow/onnx'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { graphOf, nodeOf } from './support.ts'

const input = (name: string) => ({ name, type: { dataType: 'float32' as const, dims: ['N', 3] } })

/** Nodes that read any of the values before them, some twice, some left out, with a graph inside here and there. */
const graphs: fc.Arbitrary<Graph> = fc
  .array(fc.record({ reads: fc.array(fc.nat(20), { maxLength: 3 }), inside: fc.option(fc.nat(20)) }), { maxLength: 12 })
  .map((drawn) => {
    const values = ['x', 'c', '']
    const nodes = drawn.map(({ reads, inside }, at): Node => {
      const pick = (number: number) => values[number % values.length]!
      const body = inside === null ? undefined : graphOf({ nodes: [nodeOf('Neg', [pick(inside)], ['inner'])] })
      const node = nodeOf('Op', reads.map(pick), [`v${at}`], body ? { attributes: { body: { graph: body } } } : {})
      values.push(`v${at}`)
      return node
    })
    const outputs = [...new Set(values.slice(-2))].filter((name) => name !== '').map(input)
    return graphOf({ nodes, inputs: [input('x')], initializers: [{ ...float32([1, 2]), name: 'c' }], outputs })
  })

/** What a node reads, by its definition. */
function reads({ inputs, attributes: { body } }: Node): string[] {
  const inside = body && 'graph' in body ? body.graph.nodes.flatMap(reads) : []
  return [...inputs, ...inside]
}

test('a view says of each value what a search through the graph says', () => {
  fc.assert(
    fc.property(graphs, (graph) => {
      const view = viewOf(graph)
      for (const name of ['x', 'c', ...graph.nodes.flatMap(({ outputs }) => outputs)]) {
        expect(view.producer(name)).toBe(graph.nodes.find(({ outputs }) => outputs.includes(name)))
        expect(view.readers(name)).toEqual(graph.nodes.filter((node) => reads(node).includes(name)))
        const isOutput = graph.outputs.some((output) => output.name === name)
        expect(view.isOutput(name)).toBe(isOutput)
        const places = graph.nodes.flatMap(reads).filter((each) => each === name)
        expect(view.uses(name)).toBe(places.length + Number(isOutput))
      }
      expect(view.producer('')).toBeUndefined()
      expect(view.readers('')).toEqual([])
    }),
  )
})

test('constants are what no run can replace and what the model holds', () => {
  const named = (name: string, extra?: Message) => ({ ...float32([1]), name, ...(extra && { extra }) })
  const external = named('elsewhere', { external_data: [{ key: 'location', value: 'weights.bin' }] })
  const graph = graphOf({ inputs: [input('given')], initializers: [named('own'), named('given'), external] })
  const view = viewOf(graph)
  expect([...view.constants.keys()]).toEqual(['own'])
  expect(view.constant('own')).toBe(graph.initializers[0])
  expect([view.constant('given'), view.constant('elsewhere'), view.constant('none')]).toEqual([
    undefined,
    undefined,
    undefined,
  ])
})

test('types and dimensions are those that the graph states', () => {
  const values = [{ name: 'between', type: { dataType: 'int64' as const } }]
  const view = viewOf(graphOf({ inputs: [input('x')], values, initializers: [{ ...float32([1, 2]), name: 'c' }] }))
  expect(view.dims('x')).toEqual(['N', 3])
  expect(view.dims('c')).toEqual([2])
  expect(view.type('between')).toEqual({ dataType: 'int64' })
  expect([view.dims('between'), view.type('none')]).toEqual([undefined, undefined])
})
