import type { AugmentOptions, ImageShape } from '@pixelrow/data'
import type { Model } from '@pixelrow/model'
import type { Graph } from '@pixelrow/onnx'
import type { PixelValues } from '../../../common/values.ts'

/** A tensor that a training step reads and replaces: a weight, or what the optimiser remembers about one. */
export interface StateTensor {
  /** The step graph's input of this name holds the value before the step. */
  name: string
  dims: number[]
  /** The step graph's output of this name holds the value after it. */
  next: string
  /** `statistic` is what batch norm remembers: part of the model, but not trained. */
  kind: 'weight' | 'statistic' | 'optimizer'
}

/**
 * One training step as plain data: forward, derived gradients and optimiser, not yet lowered to what a device can run.
 * Nodes are ONNX operators (opset 17) and operators of the domain `pixelrow`, which every engine executes in its own way.
 */
export interface TrainingGraph {
  /** Images a step. */
  batchSize: number
  /** Bytes an image. */
  imageBytes: number
  /** What the pixels are. */
  pixelType: 'uint8' | 'float32'
  /**
   * Inputs: `pixels` uint8 or float32 `[batchSize, imageBytes]`, `labels` int32 `[batchSize]`, one float32 scalar per entry of
   * `scalars`, and the state. Outputs: `loss` (float32 scalar, mean of the batch) and each state tensor's next value.
   */
  step: Graph
  /** Names of the step's scalar inputs, such as `learning_rate`, whose values are given for every step. */
  scalars: string[]
  state: StateTensor[]
  /** Inputs: `pixels` uint8 or float32 `[N, imageBytes]`, the weights and statistics. Output: `logits` float32 `[N, classes]`. */
  forward: Graph
}

/** A device an engine could run on. */
export interface Device {
  name: string
  available: boolean
  /** Why it is not available. */
  reason?: string
  /** What would mend that: a command, or the sentence that none can. */
  fix?: string
  /** The card behind it, or the software that stands in for one; not there for the CPU. */
  adapter?: Adapter
  /** What it computes products in, the one it takes by default first. Default: `fp32` alone. */
  precisions?: readonly Precision[]
}

/** What a GPU device computes on. */
export interface Adapter {
  /** Such as `NVIDIA GeForce RTX 4090`. */
  name: string
  /** `software` is a processor that plays a card, such as SwiftShader. */
  type: 'hardware' | 'software'
  /** Such as `Vulkan`. */
  backend?: string
}

/**
 * What a device computes products in: float32 (`fp32`), float32 of which products see the first 10 bits behind the point (`tf32`), or float16 with a
 * scaled loss (`fp16`). Weights and sums are float32 in each.
 */
export type Precision = 'fp32' | 'tf32' | 'fp16'

/** What a training engine must be able to do; the same differentiated graph goes into each. */
export interface Engine {
  name: string
  /** Those of these names are looked at, which may take seconds; default: all that the engine has. */
  devices(names?: readonly string[]): Promise<Device[]>
  compile(graph: TrainingGraph, options: CompileOptions): Promise<Trainer>
}

/** How far pictures are moved and bent at random, anew in every epoch; see data's `augment`. */
export type Augmentation = Omit<AugmentOptions, 'rows' | 'seed' | 'epoch' | 'out'>

/** The rows to train on, with where and how. */
export interface CompileOptions {
  device: string
  /** One of the device's `precisions`; default: its first. */
  precision?: Precision
  /** Threads for one operator. */
  threads: number
  /** All rows' pixels, `rows × imageBytes`. */
  pixels: PixelValues
  /** The class index of each row. */
  labels: Uint16Array
  /** Pixels of the rows that `validate` gives logits for; handed over once. */
  validation?: PixelValues
  /** Decides random masks and augmentation. */
  seed: number
  /** Pictures are augmented before each step. */
  augment?: { shape: ImageShape; options: Augmentation }
  /** Initial values by state name. */
  state: Record<string, Float32Array>
  /** `plain` keeps images as ONNX has them; `auto` (default) leaves the choice to the engine. */
  layout?: 'auto' | 'plain'
  /**
   * The execution provider that runs what was made for the device; default the device's own. With `cpu` another device's formulation runs here, to
   * compare what it computes.
   */
  provider?: string
  /** Of a table of more bytes a device far from the host, such as CUDA, gets each chunk's rows; a smaller one stays there. Default 1 GiB. */
  tableBytes?: number
  /** What the path of a profile begins with, which onnxruntime then writes when the trainer is closed. */
  profile?: string
}

/** The steps of one call into the engine. */
export interface Chunk {
  /** The rows of each step's batch: `steps × batchSize` indices into the table. */
  rows: Uint32Array
  /** Number of the first step, counted from the training's start; random masks depend on it. */
  first: number
  /** Of all its steps, from 1; augmentation depends on it. */
  epoch: number
  /** For every scalar of the graph its value at each of the steps. */
  scalars: Record<string, Float32Array>
  /** Steps that probably follow, of this or the next epoch: what the host makes for them can be made while these are done. */
  next?: Pick<Chunk, 'rows' | 'first' | 'epoch'>
}

/** A compiled training graph with its state on a device. */
export interface Trainer {
  /** Does the chunk's steps. The losses end with the first one that is not finite; the state is then as before the chunk. */
  train(chunk: Chunk): Promise<{ losses: Float32Array }>
  /** The logits of `pixels.length / imageBytes` images under the current weights. */
  logits(pixels: PixelValues): Promise<Float32Array>
  /** The logits of the validation rows given to `compile`. */
  validate(): Promise<Float32Array>
  /** A copy of the state. */
  state(): Promise<Record<string, Float32Array>>
  /** Frees everything; waits for a run under way. */
  close(): Promise<void>
  /** Whether it makes use of a chunk's `next`. */
  looksAhead?: boolean
  /** How the graph's images lie in memory, where an engine has a choice. */
  layouts?: Layouts
  /** The library that computes, where an engine has a choice. */
  runtime?: RuntimeInfo
  /** How many tensors are alive, where the engine must free them itself. */
  tensors?(): Promise<number>
}

/** The library that an engine computes with. */
export interface RuntimeInfo {
  /** Such as `tfjs-node`. */
  name: string
  version: string
  /** The version of the native TensorFlow behind it, where there is one. */
  tensorflow?: string
}

/** How an engine lays out images in memory: on blocks of channels and images where that is faster, else plain, by a rule of shapes alone. */
export interface Layouts {
  /** Numbers of a block; 1 where all is plain. */
  block: number
  /** Why all is plain, where there are convolutions. */
  reason?: string
  /** What became of each convolution and its gradients. */
  convolutions: LayoutChoice[]
}

/** The formulation of one operator. */
export interface LayoutChoice {
  node: string
  operator: string
  layout: 'plain' | 'blocked'
  /** In what other operators it was said, where a device has a choice. */
  formulation?: 'convolution' | 'transposed convolution' | 'matmul' | 'comparison' | 'comparison of windows'
  /** Why it stayed plain, or is said so. */
  reason?: string
}

/** The learning rate's course: a factor for `learningRate` at `step` of `steps` (0-based). A pure function. */
export type Schedule = (step: number, steps: number) => number

/** What is known after an epoch. */
export interface EpochRecord {
  /** From 1. */
  epoch: number
  /** Mean of the steps' losses. */
  trainLoss: number
  /** Mean cross-entropy over the validation rows. */
  validationLoss?: number
  /** Share of validation rows whose largest logit is the label. */
  accuracy?: number
  /** The values of `fit`'s option `metrics`. */
  metrics?: Record<string, number>
  /** At the epoch's last step. */
  learningRate: number
  /** Training and evaluation, in seconds of wall time. */
  seconds: number
}

/** What is known after a step. */
export interface StepRecord {
  /** From 1, over all epochs. */
  step: number
  epoch: number
  /** Mean over the batch. */
  loss: number
  learningRate: number
}

/** Where training stands, after each chunk of steps. */
export interface Progress {
  epoch: number
  epochs: number
  /** Steps done in this epoch. */
  step: number
  steps: number
  /** Of the last step. */
  loss: number
}

/**
 * What came of a training, as far as its model tells. `diverged`: its loss ended a tenth and more above its start and above what the classes'
 * shares alone give. `chance`: its answers are no better than always giving the most
 * frequent class, nor better for the rarer classes. Else `learned`, also where there are too few rows to tell.
 */
export interface Outcome {
  verdict: 'learned' | 'chance' | 'diverged'
  /**
   * Mean losses: of the first step, of the model on at most 1,000 of the rows trained on (where `keepBest` chose another epoch's, of the last
   * steps), and of always answering by the classes' shares in the table.
   */
  loss: { first: number; last: number; chance: number }
  /**
   * The share of right answers and the share of the class that is most frequent among the rows trained on. On the validation rows where
   * there are 100 of them, or where `keepBest` chose by them, else on at most 1,000 of the rows trained on.
   */
  measured: { on: 'validation' | 'training'; rows: number; accuracy: number; mostFrequent: number }
}

/** What ended a training before its last step: `onEpoch`'s answer, or the option of this name. */
export type Stopped = 'onEpoch' | 'patience' | 'targetAccuracy'

/** The engine and the device of a training, and why it is these. */
export interface DeviceChoice {
  engine: string
  device: string
  /** Without its full stop. */
  reason: string
  adapter?: Adapter
  /** What trial steps found, where there were any. */
  trial?: DeviceTrial
  /** Devices that would have come first, and why they were not taken. */
  attempts: DeviceAttempt[]
}

/** A device that was not taken. */
export interface DeviceAttempt {
  device: string
  /** Why, without its full stop. */
  error: string
  fix?: string
  /** What its trial steps found, where it was those that rejected it. */
  trial?: DeviceTrial
}

/** The first steps of a training, on a device and on the CPU. */
export interface DeviceTrial {
  /** Steps that both did. */
  steps: number
  /** The largest difference of a step's loss, relative to the CPU's where that is above 1. */
  lossDifference: number
  /** Of the quickest chunk after the first. */
  secondsPerStep: { device: number; cpu: number }
  /** When it was done, as an ISO date; an earlier training of the same kind on the same machine may have done it. */
  date: string
}

/** A device that was lost, or left, and where the training went on. */
export interface DeviceMove {
  from: string
  to: string
  /** Steps done in all when it was, and those of them that the checkpoint has from which it went on. */
  lostAt: number
  wentOnFrom: number
  /** Without its full stop. */
  reason: string
}

/** What `fit` gives back. */
export interface FitResult {
  model: Model
  history: EpochRecord[]
  /** Steps done. */
  steps: number
  /** Why it ended, where that was not its last step. */
  stopped?: Stopped
  outcome: Outcome
  /** Where it ended. */
  engine: string
  device: string
  precision: Precision
  threads: number
  /** Where it began, and why there. */
  choice: DeviceChoice
  /** The devices that were lost on the way, or left for another that was asked for, first things first; not there where none was. */
  moves?: DeviceMove[]
  /** The library that computed, where the engine had a choice. */
  runtime?: RuntimeInfo
  /** How the engine laid out images in memory, where it had a choice. */
  layouts?: Layouts
}
