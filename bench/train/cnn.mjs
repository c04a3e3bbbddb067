// How long does a training step of a convolutional net take, and are its losses PyTorch's? 2 threads, real digits.
// Each side is a process of its own; they alternate. Options: --net fast|maxpool|residual|all, --batch 128,256,
// --optimizer adam,muon, --plain (pixelrow without its blocked layout). Variables: ROUNDS (4), CHUNKS (for a quick look), PYTHON.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { line, median, ratioLine, run } from '../csv/run.mjs'
import { nets } from './cnn-nets.mjs'
import { digitsFolder } from './digits.mjs'

/** Steps a chunk, which is what a time is taken of; the losses of the first one are compared. */
const STEPS = 20
const ROWS = 60_000
const PLAIN_MOST = 3.5
const optimizers = {
  adam: { learningRate: 0.001, lossMost: 1e-5 },
  muon: { learningRate: 0.02, lossMost: 5e-4 },
}

const { values } = parseArgs({
  options: {
    net: { type: 'string', default: 'all' },
    batch: { type: 'string', default: '128,256' },
    optimizer: { type: 'string', default: 'adam,muon' },
    plain: { type: 'boolean', default: false },
  },
})
const asked = {
  nets: chosen('--net', values.net === 'all' ? Object.keys(nets).join() : values.net, Object.keys(nets)),
  optimizers: chosen('--optimizer', values.optimizer, Object.keys(optimizers)),
  batches: values.batch.split(',').map(batchOf),
}
const rounds = Number(process.env.ROUNDS ?? 4)
const python = process.env.PYTHON
const here = (file) => fileURLToPath(new URL(file, import.meta.url))

console.log(`Node ${process.version}, ${availableParallelism()} × ${cpus()[0].model}, ${rounds} rounds`)
if (!python) console.log('No PyTorch: set PYTHON to an interpreter that has it.')
const folder = mkdtempSync(join(tmpdir(), 'pixelrow-cnn-'))
try {
  for (const net of asked.nets)
    for (const optimizer of asked.optimizers) for (const batch of asked.batches) compare(net, optimizer, batch)
} finally {
  rmSync(folder, { recursive: true })
}

function chosen(option, text, known) {
  const names = text.split(',')
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length > 0) throw new Error(`${option} ${unknown.join()} is unknown: there are ${known.join(', ')}.`)
  return names
}

function batchOf(text) {
  const batch = Number(text)
  if (Number.isInteger(batch) && batch > 0 && batch <= ROWS) return batch
  throw new Error(`--batch ${text} is not a number of images: give 1 to ${ROWS}, or several with commas.`)
}

function compare(net, optimizer, batch) {
  console.log(`\n== ${net}, ${optimizer}, batch ${batch}${values.plain ? ', plain' : ''}`)
  const { layers } = nets[net]
  const chunks = Number(process.env.CHUNKS ?? nets[net].chunks)
  const { learningRate } = optimizers[optimizer]
  const job = { layers, optimizer, learningRate, batch, chunks, steps: STEPS, rows: ROWS, plain: values.plain }
  writeFileSync(join(folder, 'job.json'), JSON.stringify({ ...job, digits: digitsFolder }))
  const measured = alternate()
  printTable(measured)
  const [ours, ...theirs] = measured
  if (theirs.length > 0) judge(ours, theirs, nets[net].limits, optimizers[optimizer].lossMost)
}

/** What each setting of each side took for its steps, over all rounds; pixelrow's goes first, as it writes what PyTorch reads. */
function alternate() {
  const sides = {
    pixelrow: () => run(process.execPath, [here('cnn-pixelrow.mjs'), folder]),
    ...(python && { PyTorch: () => run(python, [here('cnn_pytorch.py'), folder]) }),
  }
  const found = new Map()
  for (let round = 0; round < rounds; round++) {
    for (const [side, turn] of Object.entries(sides)) {
      const { settings, version, layouts, absent } = turn()
      if (absent) throw new Error(`${side} does not start: ${absent}`)
      if (layouts && round === 0) tellLayouts(layouts)
      for (const [setting, { ms, losses }] of Object.entries(settings)) {
        const name = [side, version, setting].filter(Boolean).join(' ')
        found.set(name, { name, losses, all: [...(found.get(name)?.all ?? []), ...ms] })
      }
    }
  }
  return [...found.values()].map((one) => ({ ...one, ms: median(one.all), least: Math.min(...one.all) }))
}

/** What is measured: how many of the convolutions and their gradients are blocked, and why the others are not. */
function tellLayouts({ block, reason, convolutions }) {
  const plain = convolutions.filter(({ layout }) => layout === 'plain')
  const blocked = convolutions.length - plain.length
  if (values.plain && blocked > 0) throw new Error(`${blocked} operators are blocked in spite of --plain.`)
  if (blocked === 0) return console.log(`all plain${reason ? `: ${reason}` : ''}`)
  console.log(`${blocked} of ${convolutions.length} operators are on blocks of ${block}`)
  for (const one of plain) console.log(`  plain: ${one.operator} ${one.node}: ${one.reason}`)
}

function printTable(measured) {
  const figures = ({ ms, least, all }) => ({
    'ms per step, median': Number(ms.toFixed(2)),
    least: Number(least.toFixed(2)),
    'pixelrow / this': Number((measured[0].ms / ms).toFixed(3)),
    chunks: all.length,
  })
  console.table(Object.fromEntries(measured.map((one) => [one.name, figures(one)])))
}

function judge(ours, theirs, { aim, most }, lossMost) {
  const difference = (a, b) => Math.max(...a.losses.map((loss, step) => Math.abs(loss - b.losses[step])))
  const best = theirs.toSorted((a, b) => a.ms - b.ms)[0]
  const among = `among PyTorch's own settings ${difference(theirs[0], theirs.at(-1)).toExponential(1)}`
  line(`max |dloss|, first ${STEPS} steps`, difference(ours, best), '≤', lossMost, among)
  if (values.plain) return ratioLine('time, plain / PyTorch, at most', ours, best, '≤', PLAIN_MOST)
  if (aim) ratioLine('time, pixelrow / PyTorch, aim', ours, best, '≤', aim)
  ratioLine('time, pixelrow / PyTorch, at most', ours, best, '≤', most)
}
