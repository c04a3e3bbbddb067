// What the error class of every package is made of. The build copies this file into each package, so that none needs another one for it.

/** What an error says as data. */
export interface ErrorData<Code extends string> {
  code: Code
  /** What the sentence is made of, as plain data. */
  params?: Readonly<Record<string, unknown>> | undefined
  /** A sentence that says what to do, for who calls the package: the message ends in it. */
  advice?: string | undefined
  cause?: unknown
}

/**
 * An error of which `instanceof` and `name` hold whichever copy of its package made it: ES modules and CommonJS have one each, and a minifier renames
 * classes. A class says its `kind`, and its instances bear a mark of that name and one of each class above; a class without a `kind` of its own is
 * told by its prototype, as usual.
 */
export class CodedError<Code extends string> extends Error {
  /** The class's name, which no bundler changes. */
  static readonly kind: string = 'CodedError'
  /** What went wrong, for programs. */
  readonly code: Code
  /** What the sentence is made of, as plain data. */
  readonly params: Readonly<Record<string, unknown>>
  /** What went wrong, in words: the message without the advice. */
  declare readonly sentence: string
  /** What to do, for who calls the package. */
  declare readonly advice?: string

  constructor(sentence: string, { code, params = {}, advice, cause }: ErrorData<Code>) {
    const message = advice ? `${sentence}${/\s$/.test(sentence) ? '' : ' '}${advice}` : sentence
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.params = params
    if (advice) this.advice = advice
    hide(this, 'sentence', sentence)
    hide(this, 'name', new.target.kind)
    for (let each: object = new.target; 'kind' in each; each = Object.getPrototypeOf(each))
      if (Object.hasOwn(each, 'kind')) hide(this, markOf(each as typeof CodedError), true)
  }

  /** True for an error of this class or of one below it, whichever copy of the package made it. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: each class below answers for itself.
    return isOf(this, value)
  }
}

/** Whether `value` is of a class, or of one below it. */
function isOf(asked: typeof CodedError, value: unknown): boolean {
  if (!Object.hasOwn(asked, 'kind')) return Function.prototype[Symbol.hasInstance].call(asked, value)
  return typeof value === 'object' && value !== null && markOf(asked) in value
}

const markOf = ({ kind }: { kind: string }): symbol => Symbol.for(`pixelrow.${kind}`)

/** Sets a property that no print of the error shows. */
const hide = (error: Error, key: string | symbol, value: unknown): void =>
  void Object.defineProperty(error, key, { value, configurable: true, writable: true })
