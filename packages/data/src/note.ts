import type { Decision, ReadOptions } from './types.ts'

/** Tells of a decision: in a sentence that names the options, and as data. */
export function tell(onNote: ReadOptions['onNote'], text: string, ...options: Decision['options']): void {
  const named = options[1] ? ` (options ${options.join(' and ')})` : options[0] ? ` (option ${options[0]})` : ''
  onNote?.(text + named, { text, options })
}
