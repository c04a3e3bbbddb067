import { readMetadata } from '@pixelrow/onnx/metadata'
import { anything, callback, optionsOf, type Rules, text } from '../../../common/options.ts'
import { checkClassifierOptions, modelRule } from './options.ts'
import { imageSize, isCount } from './rawpixels.ts'
import { rawRun, scored, unshared } from './run.ts'
import type { RawSignature, Runner, RunnerParts, Session } from './session.ts'
import type { ModelDescription, ModelOptions } from './types.ts'

const file = optionsOf<{ bytes: Uint8Array; given?: ModelOptions }>({ bytes: anything, given: modelRule })

const runnerRules: Rules<RunnerParts> = {
  session: anything,
  tensor: callback,
  model: (value) => {
    if (typeof value !== 'object' || value === null) return "a file's bytes, or what describeModel gives"
    return 'bytes' in value ? file(value) : undefined
  },
  name: text,
  reopen: callback,
}

/**
 * Makes a runner of an onnxruntime session. A model that was not made by pixelrow is run on a test image or a few, to learn its number of classes, whether
 * its output still needs a softmax, and what its labels mean. Throws a `ClassifierError`, and releases the session, where inputs and outputs are not what
 * they should be.
 */
export async function openRunner(parts: RunnerParts): Promise<Runner> {
  let { session } = parts
  const { tensor, model, name = 'the model', reopen } = parts
  try {
    checkClassifierOptions('openRunner', parts, runnerRules)
    let description = 'bytes' in model ? await ownDescription(model.bytes, name) : model
    if (description && 'bytes' in model && model.given)
      description = (await import('./lazy/sentences.ts')).withGiven(description, model.given, name)
    if (!description)
      return await (await import('./lazy/foreign/foreign.ts')).openForeign({
        ...(model as { bytes: Uint8Array }),
        session,
        tensor,
        name,
        ...(reopen && {
          async reopen(bytes) {
            const next = await reopen(bytes)
            await session.release()
            session = next
            return next
          },
        }),
      })
    const signature = await ownSignature(session, description, name)
    const raw = rawRun(session, tensor, signature, signature.feed ?? unshared)
    const count = description.classes.length
    return {
      model: description,
      run: async (pixels, rows) => scored(await raw(pixels, rows), rows, { count, name }),
      release: () => session.release(),
    }
  } catch (error) {
    await session.release()
    throw error
  }
}

// What a model of pixelrow says of itself, as long as all is well. What is not is looked at again, and told, by lazy/sentences.ts.

/** The description in the metadata that pixelrow writes; undefined where there is none of it. Throws a `ClassifierError` where it is not what it should be. */
async function ownDescription(bytes: Uint8Array, name: string): Promise<ModelDescription | undefined> {
  try {
    const metadata = readMetadata(bytes)
    const [classes, shape, maxValue] = ['classes', 'shape', 'max_value'].map((key) =>
      JSON.parse(metadata[`pixelrow.${key}`]!),
    )
    if (
      classes.every((each: unknown) => typeof each === 'string') &&
      [classes.length, shape.height, shape.width, shape.channels, maxValue, 256 - maxValue].every(isCount) &&
      /^(interleaved|planar)$/.test(shape.channelOrder) &&
      !/preparation|data_type/.test(`${Object.keys(metadata)}`)
    )
      return { classes, shape, maxValue, classesFrom: 'metadata' }
  } catch {}
  return (await import('./lazy/sentences.ts')).describedIfOurs(bytes, name)
}

/** How such a model is fed and what is fetched. Throws a `ClassifierError` where its graph is not what its metadata says. */
async function ownSignature(session: Session, model: ModelDescription, name: string): Promise<RawSignature> {
  const { inputNames, outputNames, inputMetadata } = session
  const [input, more] = inputNames
  const { type, shape = [] } = inputMetadata?.[0] ?? {}
  const imageDims = shape.slice(1).map(Number)
  const isFine = type === 'uint8' && imageDims.reduce((a, b) => a * b, 1) === imageSize(model)
  if (!isFine || !input || more || !outputNames.includes('probabilities'))
    return (await import('./lazy/sentences.ts')).ownSignature(session, model, name)
  return { input, type, imageDims, output: 'probabilities', ...(outputNames.includes('label') && { label: 'label' }) }
}

/** What puts a runtime's errors into sentences, loaded when there is an error: for pages. */
export const loadExplanations = (): Promise<Pick<typeof import('./lazy/sentences.ts'), 'explainModelError'>> =>
  import('./lazy/sentences.ts')
