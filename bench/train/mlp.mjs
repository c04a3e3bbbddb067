// How long does an epoch of the MLP 784-60-10 take (42,000 rows, batch 256, SGD, 2 threads)?
// Each contender is a process of its own; they alternate. Prints medians over the epochs of all rounds, and ratios.
// ROUNDS (4), PYTHON (one with PyTorch), TFJS_NODE (the folder of a tfjs-node; default: what `pixelrow setup tfjs` has built).
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { builtTfjs } from '@pixelrow/devices'
import { tfjsNode, tfjsThreads } from '../tfjs.mjs'
import { digitsFolder as digits } from './digits.mjs'

const here = (file) => fileURLToPath(new URL(file, import.meta.url))
const rounds = Number(process.env.ROUNDS ?? 4)
const python = process.env.PYTHON

const contenders = {
  pixelrow: () => pixelrow('onnxruntime'),
  ...(python && { pytorch: () => run(python, [here('mlp_pytorch.py'), digits]) }),
  ...(tfjsNode() && { 'tfjs-node': () => tfjs('node') }),
  // On what was set up; without that the engine would take the plain TensorFlow.js that is installed here.
  ...(builtTfjs() && { 'pixelrow, engine tfjs': () => pixelrow('tfjs') }),
  'tfjs wasm': () => tfjs('wasm'),
  'tfjs plain': () => tfjs('cpu'),
}
/** The slow ones need no repeats to be told apart. */
const slow = ['tfjs wasm', 'tfjs plain']
if (!tfjsNode()) console.log('No tfjs-node: run pixelrow setup tfjs, or set TFJS_NODE to the folder of a built one.')
if (!python) console.log('No PyTorch: set PYTHON to an interpreter that has it.')

const pixelrow = (engine) => run(process.execPath, [here('mlp-pixelrow.mjs'), digits, engine])
const tfjs = (backend) => run(process.execPath, [here('mlp-tfjs.mjs'), digits, backend])

/** A contender prints one JSON object: settings → milliseconds of each epoch, and the accuracy it got. */
function run(command, args) {
  const env = { ...process.env, ...tfjsThreads(2) }
  return JSON.parse(execFileSync(command, args, { stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 26, env }))
}

const times = {}
const accuracy = {}
for (let round = 0; round < rounds; round++) {
  for (const [name, contender] of Object.entries(contenders)) {
    if (slow.includes(name) && round > 0) continue
    const result = contender()
    accuracy[name] = result.accuracy
    for (const [setting, epochs] of Object.entries(result.epochs)) {
      const key = setting ? `${name}, ${setting}` : name
      times[key] = [...(times[key] ?? []), ...epochs]
    }
  }
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]
const ours = median(times.pixelrow)
const bestOf = (name) =>
  Math.min(
    ...Object.entries(times)
      .filter(([key]) => key.startsWith(name))
      .map(([, values]) => median(values)),
  )
console.table(
  Object.fromEntries(
    Object.entries(times).map(([name, values]) => [
      name,
      {
        'ms per epoch, median': Number(median(values).toFixed(1)),
        least: Number(Math.min(...values).toFixed(1)),
        'pixelrow / this': Number((ours / median(values)).toFixed(3)),
        epochs: values.length,
      },
    ]),
  ),
)
console.log('accuracy on 10,000 test images:', accuracy)
if (python) console.log(`pixelrow takes ${(ours / bestOf('pytorch')).toFixed(3)} of the time of PyTorch's best setting`)
if (tfjsNode()) console.log(`pixelrow takes ${(ours / bestOf('tfjs-node')).toFixed(3)} of the time of tfjs-node`)
