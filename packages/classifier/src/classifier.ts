import { type Pictures, pixelsOf } from './images.ts'
import { createQueue, type Lanes, type QueueOptions } from './queue.ts'
import { checkClassifierOptions, classifierRules, classifyRules } from './rules.ts'
import type { Runner } from './runner.ts'
import { classifications } from './scores.ts'
import type { Attempt, Classifier, Prepare } from './types.ts'

/** Rows of one `run()`. 28,000 rows in one run are three times slower than in chunks of this size. */
const chunkRows = 256

/** Scores given where the caller does not say how many. */
export const defaultTop = 3

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
  /** Rows that the runner takes in one call where a stream brings so many, 256 or more. Default 256, of which it makes one run. */
  pieceRows?: number
  /** Awaited between chunks, for runtimes whose `run()` never lets the event loop turn. */
  pause?: () => Promise<void>
}

/** What calls for many images work with. */
export interface Parts {
  given: ClassifierParts
  /** Rows of one run. */
  chunkRows: number
  /** Runs that may be under way at once. */
  ahead: number
  queue: ReturnType<typeof createQueue>
  toPixels: ReturnType<typeof pixelsOf>
}

/** Makes a classifier of a runner, which it owns from then on. `More` are the images that `pictures.open` knows. Throws a `ClassifierError` for options that do not fit. */
export function createClassifier<More extends object = never>(given: ClassifierParts): Classifier<More> {
  checkClassifierOptions('createClassifier', given, classifierRules)
  const { runner, name = 'the model', lanes = 1, depth = 1, pictures = {}, prepare: usual } = given
  const { maxBatch = chunkRows, maxDelayMs = 0, maxQueue = 4096 } = given
  const { model } = runner
  const queue = createQueue(runner, { maxBatch, maxDelayMs, maxQueue, lanes, depth, name })
  const toPixels = pixelsOf(model, pictures, name)
  const parts: Parts = { given, chunkRows, ahead: lanes * depth, queue, toPixels }
  let loading: Promise<typeof import('./bulk.ts')> | undefined
  let closing: Promise<void> | undefined

  const refuse = async (): Promise<never> => {
    throw (await import('./refusals.ts')).queueError('closed', name, 0)
  }

  /** What many images need is loaded with the first of them. */
  const bulk = () => {
    if (closing) return refuse()
    loading = import('./bulk.ts')
    return loading
  }

  const classify: Classifier<More>['classify'] = async (image, options = {}) => {
    checkClassifierOptions('classify', options, classifyRules)
    if (closing) return refuse()
    const { top = defaultTop, prepare = usual, ...call } = options
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
    classifyMany: async (...call) => (await bulk()).classifyMany(parts, ...call),
    predict: async (...call) => (await bulk()).predict(parts, ...call),
    async *classifyRows(...call) {
      yield* (await bulk()).classifyRows(parts, ...call)
    },
    async *predictRows(...call) {
      yield* (await bulk()).predictRows(parts, ...call)
    },
    close,
    [asyncDispose]: close,
  }
}
