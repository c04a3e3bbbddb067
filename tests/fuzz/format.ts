import type { Arbitrary } from 'fast-check'

/** A kind of file that strangers send, as the fuzzer knows it. */
export interface Format<Case = unknown> {
  /** Mostly whole files, with none, one or several lies in them, as plain data. */
  cases: Arbitrary<Case>
  /** The file of a case. */
  bytes(it: Case): Uint8Array | Promise<Uint8Array>
  /**
   * Has all that reads such a file read it. What is read wrongly is thrown as a `Wrong`; errors of ours are what a lie may end in.
   * Only below `folder` anything may be written.
   */
  read(it: Case, file: Uint8Array, folder: string): Promise<void>
  /** Most bytes of memory while a file is read: so many, and so many for each byte of the file. */
  memory: { most: number; perByte: number }
  /** Most milliseconds of processor time, where the usual are too few. */
  time?: number
}

/** An answer that is not what the file says. */
export class Wrong extends Error {}

/** Runs what is to be right, or to be refused by an error of ours: true where it was right. */
export async function answered(work: () => unknown): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    requireOurs(error)
    return false
  }
}

/** Every error class of the house bears this mark. */
const mark = Symbol.for('pixelrow.CodedError')

/** What no sentence for a reader says. */
const raw =
  /Cannot (read|convert|destructure|set|assign)|is not (a function|iterable|a constructor)|undefined|NaN|\[object|null \(/

/** Throws for anything but a sentence of ours with its code. */
export function requireOurs(error: unknown): void {
  if (typeof error !== 'object' || error === null || !(mark in error)) throw error
  const { code, message } = error as unknown as { code: string; message: string }
  if (!/^[A-Z]+(_[A-Z0-9]+)+$/.test(code)) throw new Wrong(`the code ${code}: ${message}`)
  requireSentence(message)
}

/** Throws for a text that is too long to read, or says nothing to a reader. */
export function requireSentence(text: string): void {
  if (text.length > 300) throw new Wrong(`${text.length} characters: ${text.slice(0, 400)}`)
  if (raw.test(text)) throw new Wrong(`a raw error: ${text}`)
}
