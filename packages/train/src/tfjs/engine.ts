import { TrainError } from '../error.ts'
import type { CompileOptions, Device, Engine, RuntimeInfo, Trainer, TrainingGraph } from '../types.ts'
import { startChild } from './child.ts'
import type { TfjsDevice } from './library.ts'
import { type Candidate, findCandidates } from './packages.ts'
import { type Outcome, tryCandidate } from './survey.ts'
import source from './trainer.child.ts?source'
import type { TfjsJob } from './training.ts'

/**
 * Training through TensorFlow.js: the graph is carried out operator by operator in a process of its own, by the first that loads of the tfjs-node that
 * `pixelrow setup tfjs` built, `@tensorflow/tfjs-node-gpu`, `@tensorflow/tfjs-node` and `@tensorflow/tfjs`.
 *
 * A GPU that TensorFlow does not use is an unavailable device, never a run on the CPU.
 */
export const tfjs: Engine = {
  name: 'tfjs',
  async devices(names) {
    const outcomes = await survey()
    const reasons = outcomes.flatMap(({ candidate: { name }, reason }) => (reason ? [`${name}: ${reason}`] : []))
    const isThere = (name: TfjsDevice) => outcomes.some(({ device }) => serves(device, name))
    const device = (name: TfjsDevice, otherwise: string): Device =>
      isThere(name)
        ? { name, available: true }
        : { name, available: false, reason: outcomes.length ? reasons.join('; ') || otherwise : missing }
    const [cpu, cuda] = [device('cpu', missing), device('cuda', noGpuPackage)]
    const all = cuda.available ? [cuda, cpu] : [cpu, cuda]
    return all.filter((each) => !names || names.includes(each.name))
  },
  async compile(graph, options) {
    const name = options.device as TfjsDevice
    const outcome = (await survey()).find(({ device }) => serves(device, name))
    if (!outcome) throw noDevice(name, `The engine tfjs has no device "${name}" here.`)
    return open(outcome.candidate, graph, options)
  },
}

const missing =
  'it needs TensorFlow.js, and none is installed: `pixelrow setup tfjs` builds a fast one, npm i @tensorflow/tfjs is a slow one that runs everywhere'
const noGpuPackage = 'a GPU needs @tensorflow/tfjs-node-gpu, or the one that `pixelrow setup tfjs --gpu` builds'

/** What uses a GPU computes on the CPU as well, once the GPU is hidden from it. */
const serves = (found: TfjsDevice | undefined, wanted: TfjsDevice) =>
  found !== undefined && (wanted === 'cpu' || found === wanted)

/** Which of the candidates for a GPU uses one, or why none does; nothing else is looked at, and nothing runs where none is installed. */
export async function seesGpu(): Promise<{ gpu: string } | { reason: string; isInstalled: boolean }> {
  const candidates = findCandidates().filter(({ kind }) => kind === 'gpu')
  const outcomes = await Promise.all(candidates.map(tryCandidate))
  const found = outcomes.find(({ device }) => device === 'cuda')
  if (found) return { gpu: found.candidate.name }
  const [first] = outcomes
  const reason = first ? `${first.candidate.name}: ${first.reason}` : 'no TensorFlow.js for GPUs is installed'
  return { reason, isInstalled: first !== undefined }
}

/** Candidates in order up to the first that loads, and those after it that could bring a GPU to a CPU. */
async function survey(): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const candidate of findCandidates()) {
    const isSettled = outcomes.some(({ device }) => device !== undefined)
    if (!isSettled || candidate.kind === 'gpu') outcomes.push(await tryCandidate(candidate))
  }
  return outcomes
}

async function open({ entry }: Candidate, graph: TrainingGraph, options: CompileOptions): Promise<Trainer> {
  const { pixels, labels, validation, seed, augment, state, device, threads } = options
  const child = startChild(source, { data: entry, env: environment(device, threads) })
  try {
    const job: TfjsJob = { graph, pixels, labels, validation, seed, augment, state }
    const opened = await child.call<{ runtime: RuntimeInfo; device: TfjsDevice }>('open', job)
    if (opened.device !== device) {
      throw noDevice(device, `TensorFlow was to compute on ${device}, and computes on ${opened.device} now.`)
    }
    return {
      train: (chunk) => child.call('train', chunk),
      logits: (rows) => child.call('logits', rows),
      validate: () => child.call('validate'),
      state: () => child.call('state'),
      tensors: () => child.call('tensors'),
      close: () => child.close(),
      runtime: opened.runtime,
    }
  } catch (error) {
    await child.close()
    throw error
  }
}

function noDevice(device: string, message: string): TrainError {
  return new TrainError({ code: 'TRAIN_DEVICE_UNAVAILABLE', params: { engine: 'tfjs', device }, message })
}

/** What TensorFlow reads when it is loaded. */
function environment(device: string, threads: number): Record<string, string> {
  return {
    // Of its messages those that report a failure.
    TF_CPP_MIN_LOG_LEVEL: '2',
    TF_NUM_INTRAOP_THREADS: String(threads),
    // It takes all of a GPU's memory otherwise, and a GPU wherever it sees one.
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    ...(device === 'cpu' && { CUDA_VISIBLE_DEVICES: '-1' }),
  }
}
