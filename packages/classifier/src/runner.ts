import type { ModelDescription, ModelOptions } from './description.ts'
import { loadDescriptions } from './later.ts'
import { ownDescription, ownSignature } from './own.ts'
import { rawRun, scored, unshared } from './raw.ts'
import { checkClassifierOptions, runnerRules } from './rules.ts'
import type { Session, TensorFactory } from './session.ts'
import type { Predictions } from './types.ts'

/** A model that is open somewhere: here, in a worker, on another machine. */
export interface Runner {
  readonly model: ModelDescription
  /** Classifies `rows` images of raw pixels in one run. Pixels that are `owned` need not be there afterwards. */
  run(pixels: Uint8Array, rows: number, options?: { owned?: boolean }): Promise<Predictions>
  /** Lets go of the model. Not to be called while a run is under way. */
  release(): Promise<void>
}

/** What a runner is made of: a session with the runtime's tensors, and what is known of the model. */
export interface RunnerParts {
  /** Owned by the runner from then on. */
  session: Session
  tensor: TensorFactory
  /** From `describeModel`; or the file's bytes, of any image classifier, with what the caller says of it. */
  model: ModelDescription | { bytes: Uint8Array; given?: ModelOptions }
  /** What errors call the model. Default `the model`. */
  name?: string
  /**
   * Opens another file in place of the session's: of the same model, where its scores are a list of maps, which onnxruntime's JavaScript cannot give
   * (the default of scikit-learn's converter). Default: such a model is refused.
   */
  reopen?: (bytes: Uint8Array) => Promise<Session>
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
      description = (await loadDescriptions()).withGiven(description, model.given, name)
    if (!description)
      return await (await import('./foreign.ts')).openForeign({
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
    const raw = rawRun(session, tensor, signature, unshared)
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
