import { anything, callback, optionsOf, type Rules, text, whole } from '../../../common/options.ts'
import { pixelsOf } from './images.ts'
import type { Parts } from './lazy/stream.ts'
import { callRules, checkClassifierOptions, prepareRule, queueRules } from './options.ts'
import { createQueue, type Lanes } from './queue.ts'
import { classifications } from './run.ts'
import type { Runner } from './session.ts'
import type { Attempt, Classifier, ClassifyOptions, Pictures, Prepare, QueueOptions } from './types.ts'

/** Browsers before 2025 have no such symbol; `await using` compiled for them looks for this one. */
const asyncDispose: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')

/** What a classifier is made of. */
export interface ClassifierParts extends QueueOptions, Partial<Lanes> {
  /** From `openRunner`, or one of your own. Owned by the classifier: `close()` releases it. */
  runner: Runner
  /** What errors call the model. Default `the model`. */
  name?: string
  /** The device that the model runs on. It is read when somebody asks, and so are `attempts`: a getter may tell of another one later. */
  device: string
  /** The devices tried before it. Default none. */
  attempts?: readonly Attempt[]
  /** How files are read, where there are files. */
  pictures?: Pictures
  /** How pictures are prepared unless a call says otherwise. */
  prepare?: Prepare
  /** Rows of one run. Default 256: on a CPU, 28,000 rows in one run are three times slower than in runs of this size. */
  chunkRows?: number
  /** Rows that the runner takes in one call where a stream brings so many, 256 or more. Default that of `chunkRows`, of which it makes one run. */
  pieceRows?: number
  /** Awaited between chunks, for runtimes whose `run()` never lets the event loop turn. */
  pause?: () => Promise<void>
}

const classifyRules: Rules<ClassifyOptions> = { ...callRules, top: whole(1), prepare: prepareRule }

const classifierRules: Rules<ClassifierParts> = {
  ...queueRules,
  runner: anything,
  name: text,
  device: text,
  attempts: anything,
  pictures: optionsOf<NonNullable<ClassifierParts['pictures']>>({ read: callback, open: callback, prepare: callback }),
  prepare: prepareRule,
  chunkRows: whole(1),
  pieceRows: whole(256),
  pause: callback,
  lanes: whole(1),
  depth: whole(1),
}

/** Makes a classifier of a runner, which it owns from then on. `More` are the images that `pictures.open` knows. Throws a `ClassifierError` for options that do not fit. */
export function createClassifier<More extends object = never>(given: ClassifierParts): Classifier<More> {
  checkClassifierOptions('createClassifier', given, classifierRules)
  const { runner, name = 'the model', lanes = 1, depth = 1, pictures = {}, prepare: usual } = given
  const { chunkRows = 256, maxBatch = chunkRows, maxDelayMs = 0, maxQueue = 4096 } = given
  const { model } = runner
  const queue = createQueue(runner, { maxBatch, maxDelayMs, maxQueue, lanes, depth, name })
  const toPixels = pixelsOf(model, pictures, name)
  const { pieceRows = chunkRows, pause } = given
  const parts: Parts = { runner, prepare: usual, chunkRows, pieceRows, ahead: lanes * depth, queue, toPixels, pause }
  let loading: Promise<typeof import('./lazy/stream.ts')> | undefined
  let closing: Promise<void> | undefined

  const refuse = async (): Promise<never> => {
    throw (await import('./lazy/sentences.ts')).queueError('closed', name, 0)
  }

  /** What many images need is loaded with the first of them. */
  const many = () => {
    if (closing) return refuse()
    loading = import('./lazy/stream.ts')
    return loading
  }

  const classify: Classifier<More>['classify'] = async (image, options = {}) => {
    checkClassifierOptions('classify', options, classifyRules)
    if (closing) return refuse()
    const { top, prepare = usual, ...call } = options
    const pixels = toPixels(image, prepare && { prepare })
    const counted = { pixels: 'then' in pixels ? await pixels : pixels, rows: 1, counted: true, owned: true }
    return classifications(await queue.add({ ...counted, ...call }), model.classes, top)[0]!
  }

  const close = () => {
    closing ??= (async () => {
      // A call that waits for its code was made before this one, and is done, too.
      await loading?.catch(() => {})
      await queue.close()
      await runner.release()
    })()
    return closing
  }

  return {
    get device() {
      return given.device
    },
    get attempts() {
      return given.attempts ?? []
    },
    ...model,
    classify,
    classifyMany: async (...call) => (await many()).classifyMany(parts, ...call),
    predict: async (...call) => (await many()).predict(parts, ...call),
    async *classifyRows(...call) {
      yield* (await many()).classifyRows(parts, ...call)
    },
    async *predictRows(...call) {
      yield* (await many()).predictRows(parts, ...call)
    },
    close,
    [asyncDispose]: close,
  }
}
