// How fast does pixelrow train and classify on this machine's devices, beside PyTorch on the same GPU? See bench/README.md.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { surveyDevices } from '@pixelrow/devices'
import { prepare, STEPS, stepTimes, throughput, timeTo99 } from './measure.mjs'
import { devicesText, tables } from './tables.mjs'
import peer from './torch_peer.py'

const NETS = ['mlp', 'fast', 'cnn', 'best', 'resnet18']

const help = `usage: gpu [options]
  --device cpu,cuda,webgpu   what to measure (default: those that work here)
  --net ${NETS.join()}   (default: all)
  --seeds N                  trainings for the time to 99 % (default 3)
  --seconds N                for one net's steps (default 20)
  --python PATH              an interpreter with torch, numpy and safetensors (default: $PYTHON, else python3)
  --modes eager,compile,graphs   of PyTorch (default: all)
  --no-torch                 leaves PyTorch out
  --json FILE                everything that was measured`

const options = {
  device: { type: 'string' },
  net: { type: 'string', default: NETS.join() },
  seeds: { type: 'string', default: '3' },
  seconds: { type: 'string', default: '20' },
  python: { type: 'string', default: process.env.PYTHON ?? 'python3' },
  modes: { type: 'string' },
  'no-torch': { type: 'boolean', default: false },
  json: { type: 'string' },
  help: { type: 'boolean', default: false },
}

const [flag, ...child] = process.argv.slice(2)
if (flag === '--child') onDevice(...child).catch(fail)
else main().catch(fail)

function fail(error) {
  console.error(error)
  process.exitCode = 1
}

async function main() {
  const { values } = parseArgs({ options })
  if (values.help) return console.log(help)
  const names = values.net.split(',')
  const unknown = names.filter((name) => !NETS.includes(name))
  if (unknown.length > 0) throw new Error(`--net ${unknown.join()}: there are ${NETS.join(', ')}.`)
  const survey = await surveyDevices({ runtime: require.resolve('onnxruntime-node') })
  console.log(
    `Node ${process.version}, ${process.platform} ${release()}, ${cpus().length} × ${cpus()[0].model.trim()}\n`,
  )
  console.log(devicesText(survey))
  const working = survey.filter(({ works }) => works).map(({ device }) => device)
  const devices = values.device?.split(',') ?? working
  const folder = mkdtempSync(join(tmpdir(), 'pixelrow-gpu-'))
  try {
    const found = measure(folder, { names, devices, values })
    console.log(tables(found))
    if (values.json) writeFileSync(values.json, JSON.stringify({ survey, ...found }, undefined, 1))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function measure(folder, { names, devices, values }) {
  const chunks = 10
  const [seeds, seconds] = [Number(values.seeds), Number(values.seconds)]
  const modes = values.modes?.split(',')
  const nets = prepare(folder, names.includes('fast') ? names : [...names, 'fast'], chunks)
  const job = { nets, names, steps: STEPS, chunks, seeds, seconds, ...(modes && { modes }) }
  writeFileSync(join(folder, 'job.json'), JSON.stringify(job))
  writeFileSync(join(folder, 'torch_peer.py'), peer)
  const ours = Object.fromEntries(
    devices.map((device) => {
      process.stderr.write(`pixelrow on ${device}\n`)
      return [device, answer(process.execPath, [process.argv[1], '--child', folder, device])]
    }),
  )
  if (values['no-torch']) return { ours }
  process.stderr.write('PyTorch\n')
  return { ours, torch: answer(values.python, [join(folder, 'torch_peer.py'), folder]) }
}

/** The JSON object that a process prints last, or how it ended. */
function answer(command, args) {
  const { status, signal, stdout, error } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (error) return { error: error.message }
  if (status !== 0) return { error: `ended with ${signal ?? `exit code ${status}`}` }
  return JSON.parse(stdout.trim().split('\n').at(-1))
}

async function onDevice(folder, device) {
  const job = JSON.parse(readFileSync(join(folder, 'job.json'), 'utf8'))
  const steps = await stepTimes(folder, device, job)
  const { model, ...to99 } = await timeTo99(device, job.seeds).catch(({ message: error }) => ({ error }))
  const inference = model && (await throughput(device, model).catch(({ message: error }) => ({ error })))
  console.log(JSON.stringify({ steps, to99, throughput: inference }))
}
