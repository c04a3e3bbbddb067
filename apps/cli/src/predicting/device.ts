import { ClassifierError, type LoadedClassifier, type LoadOptions, load } from '@pixelrow/infer-node'
import { JobError } from '../line/errors.ts'
import { count } from '../terminal/table.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** Loads a model where it was asked for. */
export function loadOn(source: string | Uint8Array, options: LoadOptions): Promise<LoadedClassifier> {
  return load(source, options).catch((error: unknown) => {
    throw isUnavailable(error) ? unavailableError(error) : error
  })
}

/** Says in one line where a model is and why: it was `asked` for, or that was found out. */
export function tellDevice(terminal: Terminal, classifier: LoadedClassifier, asked: string): void {
  const reasons = [asked === 'auto' ? [] : ['asked for'], triedTexts(classifier), measuredTexts(classifier)].flat()
  // What is missing for others is told by `doctor`, which has room for it.
  const why = reasons.join('; ') || 'no other one is ready here (pixelrow doctor says why)'
  terminal.note(`Device ${classifier.device}: ${why}`)
}

/** Says at the end where a device was lost. */
export function tellLost(terminal: Terminal, { attempts }: LoadedClassifier): void {
  for (const { device, error, code } of attempts)
    if (code === 'lost') terminal.note(`Device ${device}: ${error}. The CPU did the rest, and no row is missing`)
}

function triedTexts({ attempts }: LoadedClassifier): string[] {
  return attempts.flatMap(({ device, error, code }) => (code === 'missing' ? [] : [`${device}: ${error}`]))
}

function measuredTexts({ measured }: LoadedClassifier): string[] {
  if (!measured) return []
  const { rows, same, seconds } = measured
  const agreed = `${count(same)} of ${count(rows)} rows of noise get the CPU's class`
  return seconds ? [agreed, `${(seconds.cpu / seconds.device).toFixed(1)} times as fast as the CPU`] : [agreed]
}

const isUnavailable = (error: unknown): error is ClassifierError =>
  error instanceof ClassifierError && error.code === 'CLASSIFIER_DEVICE_UNAVAILABLE'

function unavailableError({ attempts, params }: ClassifierError): JobError {
  const { name, devices } = params
  const [first] = attempts
  const reasons = attempts.map(({ device, error }) => `${device}: ${error}`).join('; ')
  const fix = first?.fix ?? ''
  // A command to paste, or a sentence.
  const other = fix === '' ? 'add --device cpu' : fix.endsWith('.') ? ' Or add --device cpu' : ' ; or add --device cpu'
  return new JobError(`${String(name)}: cannot run on ${reasons}`, `${fix}${other}`, {
    code: 'CLI_DEVICE_UNAVAILABLE',
    params: { name, devices },
  })
}
