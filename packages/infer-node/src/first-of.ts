import { type Attempt, ClassifierError, type ClassifierErrorCode } from '@pixelrow/classifier'
import type { Candidate, Candidates } from './candidates.ts'
import { attemptOn, isAccelerator, unavailable } from './device.ts'

/** What is said where a device, its driver or its runtime does not do; all else is wrong with the model. */
const ofDevices: readonly ClassifierErrorCode[] = [
  'CLASSIFIER_DEVICE_UNAVAILABLE',
  'CLASSIFIER_WORKER_FAILED',
  'CLASSIFIER_RUNTIME_MISSING',
  'CLASSIFIER_RUNTIME_UNLOADABLE',
  'CLASSIFIER_RUNTIME_CONFLICT',
]

/**
 * What `open` gives for the first of the devices that does; `attempts` gets those that do not. There is no device beyond these. Throws a `ClassifierError` for what is
 * wrong with the model, and where none of them does.
 */
export async function firstOf<T>(
  name: string,
  { list, attempts }: Candidates,
  open: (candidate: Candidate) => Promise<T>,
): Promise<T> {
  let failure: unknown
  for (const candidate of list) {
    try {
      return await open(candidate)
    } catch (error) {
      if (!isOfDevice(error, candidate)) throw error
      failure = error
      attempts.push(candidate.missing ?? attemptBy(error, candidate))
    }
  }
  // With one device alone, what keeps its runtime from loading is the whole story.
  if (list.length === 1 && isWholeStory(failure, list[0]!)) throw failure
  throw unavailable(name, attempts)
}

function isOfDevice(error: unknown, { device }: Candidate): error is ClassifierError {
  if (!(error instanceof ClassifierError)) return false
  // Scores that are no numbers may be a driver's fault, and if not, the next device says the same.
  return ofDevices.includes(error.code) || (isAccelerator(device) && error.code === 'CLASSIFIER_SCORES_INVALID')
}

function attemptBy({ attempts: [own], params, message }: ClassifierError, { device }: Candidate): Attempt {
  return own ?? attemptOn(device, typeof params.reason === 'string' ? params.reason : message)
}

function isWholeStory(error: unknown, { device }: Candidate): boolean {
  if (!(error instanceof ClassifierError) || error.code === 'CLASSIFIER_DEVICE_UNAVAILABLE') return false
  return !isAccelerator(device) || error.code.startsWith('CLASSIFIER_RUNTIME_')
}
