// Makes src/trial/models.ts's two models again: node scripts/trial-models.mjs
import { readFileSync, writeFileSync } from 'node:fs'
import { graphBuilder, ints, write } from '@pixelrow/onnx'

/** The bytes of a model of one operator on `a` and `b`, in Base64. */
export function trialModel(operator, { a, b, attributes = {} }) {
  const graph = graphBuilder('trial')
  const inputs = [graph.input('a', 'float32', a), graph.input('b', 'float32', b)]
  graph.output(graph.op(operator, inputs, attributes), 'y')
  return Buffer.from(write({ irVersion: 8, opsets: { '': 17 }, graph: graph.build() })).toString('base64')
}

export const trialModels = () => ({
  product: trialModel('MatMul', { a: ['M', 'K'], b: ['K', 'N'] }),
  convolution: trialModel('Conv', {
    a: ['N', 'C', 'H', 'W'],
    b: ['M', 'C', 3, 3],
    attributes: { kernel_shape: ints([3, 3]) },
  }),
})

const file = new URL('../src/trial/models.ts', import.meta.url)
if (import.meta.filename === process.argv[1]) {
  let source = readFileSync(file, 'utf8')
  for (const [name, model] of Object.entries(trialModels()))
    source = source.replace(new RegExp(`(${name}:\\s+)'[^']*'`), `$1'${model}'`)
  writeFileSync(file, source)
}
