// @ts-check
// Trains one recipe's net on the device `cuda`, in a folder whose onnxruntime-node has the real CUDA provider over the stub; prints what was counted.
// `node child.mjs RECIPE COUNTERS`
import { engines, lower } from '@pixelrow/train'
import { counted, readCounters } from './counters.mjs'
import { training } from './nets.mjs'

const [, , name = '', file = ''] = process.argv
const { graph, chunk, options } = training(name)

const opened = readCounters(file)
const trainer = await engines.onnxruntime.compile(graph, options)
const compiled = readCounters(file)
// The first run allocates.
await trainer.train(chunk(0, 64))

/** What is counted while so many steps are done. @param {number} steps */
async function counting(steps) {
  const before = readCounters(file)
  await trainer.train(chunk(0, steps))
  return counted(before, readCounters(file))
}
const runs = { short: await counting(64), long: await counting(128) }
await trainer.close()
const { nodes } = lower(graph.step, { device: 'cuda' }).graph
console.log(JSON.stringify({ nodes: nodes.length, compile: counted(opened, compiled), ...runs }))
