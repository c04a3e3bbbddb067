import { createHash } from 'node:crypto'
import type { PixelTable } from '@pixelrow/data'
import type { Architecture } from '@pixelrow/model'
import { type Graph, write } from '@pixelrow/onnx'
import type { PixelValues } from '../../../common/values.ts'
import { version } from '../package.json'
import { onnxruntimeVersion } from './engines/host.ts'
import { TrainError } from './error.ts'
import { DOMAIN } from './operators.ts'
import type { Settings } from './options.ts'
import { type Beginnings, type ScalarSeries, stepsToLookAt } from './series.ts'
import { LEARNING_RATE } from './training-graph.ts'
import type { Precision, TrainingGraph } from './types.ts'

/** All that decides a training's bits, part by part; what is large, or a function, as its SHA-256. */
export type Identity = Record<string, unknown> & Place & { threads: number }

/** On what a training computes, by name; the device of a checkpoint that is older than the choice of one, by tfjs, is not known. */
export interface Place {
  engine: string
  device?: string | undefined
  precision?: Precision | undefined
}

/** What is said where one of the hashes differs, in place of the two values. */
const differences: Record<string, string> = {
  pixels: 'its pixels are others',
  labels: 'its labels are others',
  validation: 'its validation rows are others',
  schedule: 'its schedule (the learning rate of every step) is another one',
  graph: 'its training graph is another one (the optimiser’s transforms, if all else is the same)',
}

/** What an identity is made of, wherever it is computed. */
export interface Identified {
  architecture: Architecture
  settings: Settings
  graph: TrainingGraph
  series: ScalarSeries
  beginnings: Beginnings
}

/**
 * What must be the same for a training to go on as if it had never stopped, by the place where it is computed. Parts that say more in words come before
 * the hashes, which are made once.
 */
export function identityOf(identified: Identified): (on: Place) => Identity {
  let parts: ReturnType<typeof partsOf> | undefined
  return ({ engine, device, precision }) => {
    parts ??= partsOf(identified)
    const onnxruntime = engine === 'onnxruntime' && { onnxruntime: onnxruntimeVersion() }
    return { versions: { '@pixelrow/train': version, ...onnxruntime }, engine, device, precision, ...parts }
  }
}

function partsOf({ architecture, settings, graph, series, beginnings }: Identified) {
  const { train, validation, steps, batchSize, learningRate, optimizer, seed, threads, layout } = settings
  const { monitor, keepBest, minDelta, patience, targetAccuracy, labelSmoothing } = settings
  const valuesOf = (name: string) => [...stepsToLookAt(beginnings.from, steps)].map((step) => series[name]!(step))
  const scalars = graph.scalars.filter((name) => name !== LEARNING_RATE)
  return {
    architecture,
    classes: train.classes,
    rows: train.rows,
    steps,
    batchSize,
    learningRate,
    optimizer: { name: optimizer.name, options: optimizer.options },
    labelSmoothing,
    classWeights: settings.classWeights ?? null,
    augment: settings.augment ?? null,
    seed,
    threads,
    layout,
    ending: { monitor, keepBest, minDelta, patience: patience ?? null, targetAccuracy: targetAccuracy ?? null },
    pixels: sha256(train.pixels),
    labels: sha256(labelBytes(train)),
    validation: validation ? sha256(validation.pixels, labelBytes(validation)) : null,
    schedule: sha256(floats(valuesOf(LEARNING_RATE))),
    graph: graphHash(graph.step, ...scalars.map((name) => floats(valuesOf(name)))),
  }
}

/** Throws for the first part in which a checkpoint's identity is not the one here. */
export function requireSame(found: Identity, identity: Identity): void {
  for (const [part, expected] of Object.entries(identity)) {
    const [was, is] = [JSON.stringify(found[part]), JSON.stringify(expected)]
    if (was === is) continue
    const difference = differences[part] ?? `its ${part} is ${was}, here it is ${is}`
    throw new TrainError({
      code: 'TRAIN_CHECKPOINT_OTHER',
      params: { part, was: found[part], is: expected },
      message: `The checkpoint is of another training: ${difference}. Pass what it began with, or train anew.`,
    })
  }
}

/** The hash of a step, and of what else is given. */
export function graphHash(step: Graph, ...more: Uint8Array[]): string {
  return sha256(write({ irVersion: 8, opsets: { '': 17, [DOMAIN]: 1 }, graph: step }), ...more)
}

function sha256(...parts: PixelValues[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

const floats = (values: readonly number[]) => new Uint8Array(Float32Array.from(values).buffer)

const labelBytes = ({ labels = new Uint16Array() }: PixelTable) =>
  new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength)
