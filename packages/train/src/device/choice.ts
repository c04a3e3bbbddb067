import type { PixelTable } from '@pixelrow/data'
import type { Architecture } from '@pixelrow/model'
import { check, positive } from '../check.ts'
import { engines } from '../engines/index.ts'
import { seesGpu } from '../engines/tfjs.ts'
import type { FitOptions } from '../options.ts'
import { type On, type Prepared, prepare } from '../prepared.ts'
import { flopsOf } from '../profile/flops.ts'
import { fitRules } from '../rules.ts'
import type { Device, DeviceAttempt, DeviceChoice, Engine, Precision } from '../types.ts'
import { isLost, isUnusable, lossReason } from './lost.ts'
import { engineOf, type Found, namedDevice } from './named.ts'
import { lacks, precisionOn } from './precision.ts'
import { CPU_FLOPS_PER_SECOND, deviceOrder, isSmall, LARGE_JOB, reasonAgainst } from './rule.ts'
import { praise, type Tried, tryDevice } from './trial.ts'
import { rememberedTrial, rememberTrial } from './verdicts.ts'

/** Where a training is to be, and why. */
export interface Chosen extends On {
  choice: DeviceChoice
}

/**
 * The engine and the device on which `fit` would train with these options, so that they can be told before it begins and named to it. Looks at devices and
 * tries one as `fit` does, and keeps what it finds for `fit`. `seconds` (above 0), in place of `steps` and `epochs`, is for a training whose
 * length is a time. Throws as `fit` does.
 */
export async function chooseDevice(
  architecture: Architecture,
  table: PixelTable,
  options: FitOptions & { seconds?: number } = {},
): Promise<DeviceChoice> {
  check('chooseDevice', options, { ...fitRules, seconds: positive })
  return (await chosenFor(architecture, table, options)).choice
}

/** The same with the engine itself; the options are checked. */
export async function chosenFor(
  architecture: Architecture,
  table: PixelTable,
  { seconds, ...options }: FitOptions & { seconds?: number },
): Promise<Chosen> {
  const job = prepare(architecture, table, options, { isTrial: true })
  if (seconds === undefined) return choose(job, options.signal)
  const steps = Math.max(1, Math.floor((seconds * CPU_FLOPS_PER_SECOND) / flopsOf(job.graph.step)))
  return choose({ ...job, settings: { ...job.settings, steps } }, options.signal)
}

/** The engine and the device for a training: what is named, where it began, or what the rule and trial steps say. */
export async function choose(job: Prepared, signal?: AbortSignal): Promise<Chosen> {
  const { settings, resumed } = job
  if (settings.device !== 'auto') {
    const wanted = settings.engine === 'auto' ? (resumed?.engine ?? 'auto') : settings.engine
    return placed(job, await namedDevice(wanted, settings.device), { reason: 'asked for' })
  }
  if (!resumed) return automatic(job, signal)
  const wanted = settings.engine === 'auto' ? resumed.engine : settings.engine
  return placed(job, await namedDevice(wanted, resumed.device, { wasBegun: true }), {
    reason: 'the training began on it',
  })
}

/** A device with what is to be told of it. */
function placed(
  { settings, resumed }: Prepared,
  { engine, device }: Found,
  { attempts = [], ...why }: Pick<DeviceChoice, 'reason' | 'trial'> & { attempts?: DeviceAttempt[] },
): Chosen {
  const precision = precisionOn(
    device,
    settings.precision ?? (resumed?.device === device.name ? resumed.precision : undefined),
  )
  const { name, adapter } = device
  const choice = { engine: engine.name, device: name, ...why, ...(adapter && { adapter }), attempts }
  return { engine, device: name, precision, choice }
}

/** What the rule and trial steps say. */
async function automatic(job: Prepared, signal?: AbortSignal): Promise<Chosen> {
  const { settings, graph } = job
  const engine = engineOf(settings.engine === 'auto' ? 'onnxruntime' : settings.engine)
  const flops = settings.steps * flopsOf(graph.step)
  const onCpu = await namedDevice(engine, 'cpu')
  if (isSmall(flops)) {
    const reason = `a small job: ${amount(flops)}, and a GPU is looked for from ${amount(LARGE_JOB)} on`
    return placed(job, onCpu, { reason })
  }
  const devices = await devicesOf(engine, settings.engine === 'auto')
  const attempts = devices.flatMap(({ device }) => attemptOf(device, settings.precision))
  const able = devices.filter(({ device }) => !lacks(device, settings.precision))
  for (const found of inOrder(flops, able)) {
    const taken = await unlessRejected(job, { found, onCpu, size: `a job of ${amount(flops)}`, attempts }, signal)
    if (taken) return taken
  }
  const reason = attempts.map(({ device, error }) => `${device}: ${error}`).join('; ') || 'there is no other device'
  return placed(job, onCpu, { reason, attempts })
}

/** The devices before the CPU, by the rule. */
function inOrder(flops: number, found: readonly Found[]): Found[] {
  const names = deviceOrder(
    flops,
    found.map(({ device }) => device),
  )
  return names.slice(0, -1).map((name) => found.find(({ device }) => device.name === name && device.available)!)
}

/** A device that is tried, beside the CPU, with what is known before. */
interface Candidate {
  found: Found
  onCpu: Found
  size: string
  attempts: DeviceAttempt[]
}

/** The device, unless its trial steps speak against it: then that is one of the attempts. */
async function unlessRejected(
  job: Prepared,
  { found, onCpu, size, attempts }: Candidate,
  signal?: AbortSignal,
): Promise<Chosen | undefined> {
  const cpu: On = { engine: onCpu.engine, device: 'cpu', precision: precisionOn(onCpu.device, undefined) }
  const { trial, rejected } = await triedOnce(job, placed(job, found, { reason: size }), cpu, signal)
  if (rejected === undefined) {
    const reason = `${size}; ${trial ? praise(trial) : 'too few steps for trial steps'}`
    return placed(job, found, { reason, attempts, ...(trial && { trial }) })
  }
  attempts.push({ device: found.device.name, error: rejected, ...(trial && { trial }) })
  return undefined
}

/** An engine's devices; where no engine was asked for and onnxruntime has no GPU, TensorFlow's with them. */
async function devicesOf(engine: Engine, isOpen: boolean): Promise<Found[]> {
  const own = (await engine.devices()).map((device) => ({ engine, device }))
  const hasGpu = own.some(({ device }) => device.name !== 'cpu' && reasonAgainst(device) === undefined)
  const seen = isOpen && !hasGpu ? await seesGpu() : undefined
  if (!seen || ('reason' in seen && !seen.isInstalled)) return own
  const device: Device =
    'gpu' in seen
      ? { name: 'cuda', available: true, adapter: { name: `the GPU of ${seen.gpu}`, type: 'hardware' } }
      : { name: 'cuda', available: false, reason: seen.reason }
  return [...own, { engine: engines.tfjs, device }]
}

function attemptOf(device: Device, precision: Precision | undefined): DeviceAttempt[] {
  const error = reasonAgainst(device) ?? (lacks(device, precision) ? `it does not train in ${precision}` : undefined)
  return error === undefined || device.name === 'cpu'
    ? []
    : [{ device: device.name, error, ...(device.fix !== undefined && { fix: device.fix }) }]
}

/** What trial steps say of a device: those of the first time that this training was to be on it. */
async function triedOnce(job: Prepared, { choice, ...on }: Chosen, cpu: On, signal?: AbortSignal): Promise<Tried> {
  const place = { engine: on.engine.name, device: on.device, precision: on.precision, adapter: choice.adapter }
  const known = await rememberedTrial(job, place)
  if (known) return known
  try {
    const tried = await tryDevice(job, on, cpu, signal)
    await rememberTrial(job, place, tried)
    return tried
  } catch (error) {
    // It may have been lost by chance: nothing is kept of that.
    if (isLost(error) || isUnusable(error)) return { rejected: `trial steps failed: ${lossReason(error)}` }
    throw error
  }
}

/** `0.39 TFLOP`. */
const amount = (flops: number) => `${Number((flops / 1e12).toPrecision(2))} TFLOP`
