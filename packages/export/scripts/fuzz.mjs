// @ts-check
// Gives mutated ONNX files to everything here that reads files. Each must be taken or refused by a typed error, within a
// second of processor time, in ten times the file's memory. What is measured is all that an operation allocates and the engine has not
// collected, so for files below half a megabyte 5 MB are allowed; and it all happens in a heap of 12 MB, 4 of which
// the code takes. `node scripts/fuzz.mjs [FILES] [SEED]`: 100000 files, seed 1; `… [FILES] [SEED] large`: files of 5 MB.
import { spawnSync } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { describe, ExportError, fromOnnx, OnnxError, optimize, toFloat16, toOnnx } from '@pixelrow/export'
import { initialize, ModelError, mlp, resnet } from '@pixelrow/model'
import { check, dump, float32, graphBuilder, int, int64, read, write } from '@pixelrow/onnx'
import { readMetadata } from '@pixelrow/onnx/metadata'

/** @typedef {import('./fuzz.d.mts').Outcome} Outcome */
/** @typedef {{ bytes: Uint8Array, weights: [from: number, to: number][] }} Seed a good file, and where its large tensors are */
/** @typedef {(below: number) => number} Roll */

/** Lehmer's generator. @param {number} seed @returns {Roll} */
function dice(seed) {
  let state = (seed % 2147483646) + 1
  return (below) => {
    state = (state * 48271) % 2147483647
    return state % below
  }
}

/** A residual net with everything that metadata holds. */
function trained() {
  const shape = { height: 8, width: 8, channels: 3, channelOrder: /** @type {const} */ ('interleaved') }
  const classes = ['zero', 'one', 'two']
  const architecture = resnet({ shape, maxValue: 255, classes }, { filters: [32, 64] })
  const weights = initialize(architecture, (stream, index) => ((stream * 31 + index * 17) % 97) / 97)
  return toOnnx({ architecture, weights, classes })
}

/** A graph with branches, constants to fold and shapes that are worked out. */
function branched() {
  const g = graphBuilder('branched')
  const x = g.input('x', 'float32', ['N', 64])
  const table = g.constant(float32(new Float32Array(64 * 1024), [1024, 64]), 'table')
  const turned = g.op('Transpose', [g.op('Mul', [table, g.constant(float32(2))])])
  const flag = g.op('Greater', [g.op('ReduceMax', [x], { keepdims: int(0) }), g.constant(float32(0))])
  const [yes, no] = [g.subgraph('yes'), g.subgraph('no')]
  yes.output(yes.op('MatMul', [x, turned]))
  no.output(no.op('Gemm', [x, table], { transB: int(1) }))
  const chosen = g.op('If', [flag], { then_branch: { graph: yes.build() }, else_branch: { graph: no.build() } })
  const size = g.op('Concat', [g.op('Shape', [table]), g.constant(int64([1]))], { axis: int(0) })
  const picked = g.op('Slice', [size, ...[[0], [1], [0], [1]].map((each) => g.constant(int64(each)))])
  g.output(g.op('Mul', [chosen, g.op('Cast', [picked], { to: int(1) })]))
  g.output(g.op('Dropout', [g.op('Reshape', [chosen, g.constant(int64([-1, 2, 64]))])]))
  return write({ irVersion: 8, opsets: { '': 17 }, graph: g.build() })
}

/** @param {Uint8Array} bytes @returns {Seed} */
function seedOf(bytes) {
  const large = read(bytes).graph.initializers.filter(({ data }) => !Array.isArray(data) && data.byteLength > 256)
  return {
    bytes,
    weights: large.map(({ data }) => {
      const { byteOffset, byteLength, buffer } = /** @type {Float32Array} */ (data)
      const from = buffer === bytes.buffer ? byteOffset - bytes.byteOffset : 0
      return [from, from + (from ? byteLength : 0)]
    }),
  }
}

const BYTES = [0, 1, 2, 7, 8, 10, 18, 0x7f, 0x80, 0xff, 0xfe, 0x22, 0x2a, 0x3a]

/** A place in a file; mostly not among the weights, where any byte is as good as another. @param {Seed} seed @param {Roll} roll */
function placeIn({ bytes, weights }, roll) {
  let at = roll(bytes.length)
  for (let tries = 0; tries < 8 && weights.some(([from, to]) => at >= from && at < to); tries++) at = roll(bytes.length)
  return at
}

/** @param {Uint8Array} bytes @param {number} at @param {number} removed @param {ArrayLike<number>} added */
function spliced(bytes, at, removed, added) {
  const end = Math.min(bytes.length, at + removed)
  const result = new Uint8Array(at + added.length + bytes.length - end)
  result.set(bytes.subarray(0, at))
  result.set(added, at)
  result.set(bytes.subarray(end), at + added.length)
  return result
}

/** @param {Seed} seed @param {readonly Seed[]} all @param {Roll} roll */
function mutated(seed, all, roll) {
  let { bytes } = seed
  for (let times = 1 + roll(3); times > 0; times--) {
    const at = Math.min(placeIn(seed, roll), bytes.length)
    const kind = roll(9)
    const other = all[roll(all.length)] ?? seed
    const from = placeIn(other, roll)
    if (kind === 0) bytes = bytes.slice(0, at)
    else if (kind === 1) bytes = spliced(bytes, at, 1, [(bytes[at] ?? 0) ^ (1 << roll(8))])
    else if (kind === 2) bytes = spliced(bytes, at, 1, [BYTES[roll(BYTES.length)] ?? 0])
    else if (kind === 3) bytes = spliced(bytes, at, 1 + roll(40), [])
    else if (kind === 4)
      bytes = spliced(
        bytes,
        at,
        roll(2),
        Array.from({ length: 1 + roll(12) }, () => roll(256)),
      )
    else if (kind === 5) bytes = spliced(bytes, at, 1, [0xff, 0xff, 0xff, 0xff, 0x01 + roll(127)])
    else if (kind === 6) bytes = spliced(bytes, at, roll(30), other.bytes.subarray(from, from + roll(200)))
    else if (kind === 7) bytes = spliced(bytes, at, 0, bytes.subarray(at, at + roll(400)))
    else bytes = spliced(bytes, at, 1, [roll(256)])
  }
  return bytes
}

/** @type {Record<string, (bytes: Uint8Array) => unknown>} */
const operations = {
  describe,
  readMetadata,
  check: (bytes) => check(read(bytes)),
  dump: (bytes) => dump(read(bytes)),
  rewrite: (bytes) => write(read(bytes)),
  fromOnnx,
  optimize,
  toFloat16,
}

const [longest, most, least] = [1000, 10, 5e6]

/** With a small nursery little waits to be collected. */
const smallHeap = ['--max-semi-space-size=1', '--max-old-space-size=12']

function memory() {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** @param {unknown} error */
function isTyped(error) {
  return [OnnxError, ExportError, ModelError].some((kind) => error instanceof kind) || error instanceof RangeError
}

/** @param {string} name @param {Uint8Array} bytes @param {string} label @param {Outcome} outcome */
function tried(name, bytes, label, outcome) {
  const [began, before] = [process.cpuUsage(), memory()]
  try {
    operations[name]?.(bytes)
    outcome.accepted++
  } catch (error) {
    outcome.refused++
    // Only readMetadata, which has no class of its own, throws a RangeError; elsewhere it would be a stack that overflows.
    if (!isTyped(error) || (error instanceof RangeError && name !== 'readMetadata'))
      outcome.failures.push(`${label} ${name}: ${error instanceof Error ? error.stack : error}`)
  }
  // What was collected meanwhile makes it less, never more.
  const [taken, { user, system }] = [memory() - before, process.cpuUsage(began)]
  const time = (user + system) / 1000
  outcome.slowest = Math.max(outcome.slowest, time)
  outcome.hungriest = Math.max(outcome.hungriest, taken)
  if (time > longest) outcome.failures.push(`${label} ${name}: ${Math.round(time)} ms`)
  if (taken > Math.max(least, most * bytes.length))
    outcome.failures.push(`${label} ${name}: ${taken} bytes for a file of ${bytes.length}`)
}

/** A net whose weights are 5 MB. */
function heavy() {
  const shape = { height: 64, width: 64, channels: 1, channelOrder: /** @type {const} */ ('interleaved') }
  const source = { shape, maxValue: 255, classes: ['zero', 'one'] }
  const architecture = mlp(source, { hidden: [300] })
  const weights = initialize(architecture, (stream, index) => ((stream * 31 + index * 17) % 97) / 97)
  return toOnnx({ architecture, weights, classes: source.classes })
}

/** @param {boolean} [large] */
function goodFiles(large) {
  // Changed anywhere, weights too: else hardly one would be taken.
  if (large) return [{ bytes: heavy(), weights: [] }]
  const plain = trained()
  return [plain, toFloat16(plain), branched()].map(seedOf)
}

/** @param {number} files @param {number} [seed] @param {boolean} [large] @returns {Generator<Uint8Array>} */
export function* mutants(files, seed = 1, large = false) {
  const seeds = goodFiles(large)
  for (let file = 0; file < files; file++) {
    const roll = dice(seed * 1_000_003 + file)
    const chosen = seeds[roll(seeds.length)]
    if (chosen) yield mutated(chosen, seeds, roll)
  }
}

/** @param {number} files @param {number} seed @param {boolean} large @param {(done: number) => void} onProgress @returns {Outcome} */
function fuzz(files, seed, large, onProgress) {
  /** @type {Outcome} */
  const outcome = { accepted: 0, refused: 0, failures: [], slowest: 0, hungriest: 0 }
  // Compiled code and filled caches are not a file's doing.
  for (const { bytes } of goodFiles(large))
    for (const name of Object.keys(operations)) attempt(() => operations[name]?.(bytes))
  let file = 0
  for (const bytes of mutants(files, seed, large)) {
    for (const name of Object.keys(operations)) tried(name, bytes, `seed ${seed}, file ${file}`, outcome)
    file++
    if (file % 1000 === 0) onProgress(file)
    if (outcome.failures.length >= 10) break
  }
  return outcome
}

/** @param {() => unknown} work */
function attempt(work) {
  try {
    work()
  } catch {}
}

function main() {
  const [files = 100_000, seed = 1] = process.argv.slice(2, 4).map(Number)
  const large = process.argv[4] === 'large'
  if (!large && process.execArgv.length === 0) {
    const { status } = spawnSync(process.execPath, [...smallHeap, ...process.argv.slice(1)], { stdio: 'inherit' })
    process.exitCode = status ?? 1
    return
  }
  const began = performance.now()
  const outcome = fuzz(
    files,
    seed,
    large,
    (done) => process.stderr.isTTY && process.stderr.write(`\r${done} of ${files} files`),
  )
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[2K')
  const { accepted, refused, failures, slowest, hungriest } = outcome
  console.log(
    `${files} files, seed ${seed}: ${accepted} times taken, ${refused} times refused; at most ${Math.round(slowest)} ms and ` +
      `${(hungriest / 1e6).toFixed(1)} MB an operation; ${Math.round((performance.now() - began) / 1000)} s`,
  )
  for (const failure of failures) console.log(failure)
  process.exitCode = failures.length ? 1 : 0
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) main()
