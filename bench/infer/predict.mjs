// How many rows a second does `pixelrow predict` classify, beside bare onnxruntime-node on the same number of rows from memory? Does memory stay
// flat, and does a killed and repeated call give the same bytes? ROWS (5,000,000) in PARTS (20) generated files, THREADS (2). Needs 2 kB of disk a row.
import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, createWriteStream, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { digits } from 'pixelrow'
import { writeModel } from './model.mjs'

process.env.ORT_DISABLE_TELEMETRY ??= '1'
const rows = Number(process.env.ROWS ?? 5_000_000)
const parts = Number(process.env.PARTS ?? 20)
const threads = Number(process.env.THREADS ?? 2)
const entry = createRequire(import.meta.url).resolve('pixelrow')
const command = join(dirname(entry), 'pixelrow.js')
const folder = mkdtempSync(join(process.env.FOLDER ?? tmpdir(), 'pixelrow-bench-'))
const at = (name) => join(folder, name)
writeModel(at('model.onnx'))

/** Digits over and over, each file from another row on. */
async function generate() {
  const [header, ...lines] = (await text((await digits()).test)).trimEnd().split('\n')
  mkdirSync(at('in'))
  for (let part = 0; part < parts; part++) {
    const file = createWriteStream(at(`in/part-${String(part).padStart(3, '0')}.csv`))
    file.write(`${header}\n`)
    for (let row = 0; row < rows / parts; row += 1000) {
      const from = (part * 997 + row) % (lines.length - 1000)
      const count = Math.min(1000, rows / parts - row)
      if (!file.write(`${lines.slice(from, from + count).join('\n')}\n`)) await once(file, 'drain')
    }
    file.end()
    await once(file, 'close')
  }
}

async function text(path) {
  let all = ''
  for await (const chunk of createReadStream(path, 'latin1')) all += chunk
  return all
}

const predict = (out) =>
  spawn(
    process.execPath,
    [
      command,
      'predict',
      at('model.onnx'),
      at('in/part-*.csv'),
      '-o',
      `${at(out)}/`,
      '--threads',
      String(threads),
      '-q',
    ],
    { stdio: 'ignore' },
  )

/** Runs to the end, looking at the resident memory (Linux) every half second. */
async function timed(out) {
  const start = performance.now()
  const child = predict(out)
  const memory = []
  const timer = setInterval(() => {
    try {
      memory.push(Number(execFileSync('ps', ['-o', 'rss=', '-p', String(child.pid)])) / 1024)
    } catch {}
  }, 500)
  const [code] = await once(child, 'close')
  clearInterval(timer)
  if (code !== 0) throw new Error(`predict ended with ${code}`)
  return { seconds: (performance.now() - start) / 1000, memory }
}

async function sums(out) {
  const names = readdirSync(at(out))
    .filter((name) => name.endsWith('.csv'))
    .sort()
  const hash = createHash('sha256')
  for (const name of names) {
    hash.update(name)
    for await (const chunk of createReadStream(at(join(out, name)))) hash.update(chunk)
  }
  return `${names.length} files ${hash.digest('hex')}`
}

async function bareRate() {
  const { InferenceSession, Tensor } = createRequire(entry)('onnxruntime-node')
  const session = await InferenceSession.create(at('model.onnx'), { intraOpNumThreads: threads, interOpNumThreads: 1 })
  const pixels = Uint8Array.from({ length: 256 * 784 }, (_, i) => (i * 37) % 256)
  const count = Math.ceil(Math.min(rows, 500_000) / 256)
  const run = () => session.run({ [session.inputNames[0]]: new Tensor('uint8', pixels, [256, 784]) })
  for (let i = 0; i < 10; i++) await run()
  const start = performance.now()
  for (let i = 0; i < count; i++) await run()
  return (count * 256 * 1000) / (performance.now() - start)
}

console.log(`Generating ${rows.toLocaleString('en')} rows in ${parts} files`)
await generate()
const before = await bareRate()
const { seconds, memory } = await timed('whole')
const bare = Math.max(before, await bareRate())
const rate = rows / seconds
console.log(`bare onnxruntime-node  ${Math.round(bare)} rows a second`)
console.log(
  `pixelrow predict       ${Math.round(rate)} rows a second, ${(rate / bare).toFixed(3)} of bare; 100 million rows take ${(1e8 / rate / 60).toFixed(0)} minutes`,
)
const half = memory.slice(memory.length >> 1)
console.log(
  `memory ${Math.max(...memory).toFixed(0)} MiB at most; median of the second half ${half.sort((a, b) => a - b)[half.length >> 1]?.toFixed(0)} MiB`,
)

let kills = 0
for (; kills < 3; kills++) {
  const child = predict('killed')
  const ended = once(child, 'close')
  const timer = setTimeout(() => child.kill('SIGKILL'), (0.1 + Math.random() * 0.3) * seconds * 1000)
  await ended
  clearTimeout(timer)
}
await timed('killed')
const [whole, again] = [await sums('whole'), await sums('killed')]
console.log(
  whole === again
    ? `killed ${kills} times and repeated: the same bytes (${whole.slice(0, 30)}…)`
    : `DIFFERENT: ${whole} ${again}`,
)
rmSync(folder, { recursive: true })
if (whole !== again) process.exitCode = 1
