import { type Node, write } from '@pixelrow/onnx'

/** A net of 28×28 grey images whose run takes a while: `depth` products of a 1024×1024 matrix. */
export function slowModel(depth = 40): Uint8Array {
  const width = 1024
  const node = (opType: string, inputs: string[], output: string, attributes = {}): Node => {
    return { opType, domain: '', name: output, inputs, outputs: [output], attributes }
  }
  const data = Float32Array.from({ length: width * width }, (_, i) => Math.sin(i) / width)
  const layers = Array.from({ length: depth }, (_, i) => node('MatMul', [i ? `h${i}` : 'wide', 'square'], `h${i + 1}`))
  return write({
    irVersion: 8,
    opsets: { '': 17 },
    metadata: {
      'pixelrow.classes': '["a","b","c"]',
      'pixelrow.shape': '{"height":28,"width":28,"channels":1,"channelOrder":"interleaved"}',
      'pixelrow.max_value': '255',
    },
    graph: {
      name: 'slow',
      nodes: [
        node('Cast', ['pixels'], 'floats', { to: { int: 1 } }),
        node('MatMul', ['floats', 'first'], 'wide'),
        ...layers,
        node('MatMul', [`h${depth}`, 'last'], 'logits'),
        node('Softmax', ['logits'], 'probabilities', { axis: { int: -1 } }),
      ],
      inputs: [{ name: 'pixels', type: { dataType: 'uint8', dims: ['N', 784] } }],
      outputs: [{ name: 'probabilities', type: { dataType: 'float32', dims: ['N', 3] } }],
      initializers: [
        { name: 'first', dataType: 'float32', dims: [784, width], data: data.subarray(0, 784 * width) },
        { name: 'square', dataType: 'float32', dims: [width, width], data },
        { name: 'last', dataType: 'float32', dims: [width, 3], data: data.subarray(0, width * 3) },
      ],
    },
  })
}
