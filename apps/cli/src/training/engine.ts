import { chooseEngine } from '@pixelrow/train'
import type { Context } from '../context.ts'
import type { JobOptions } from './options.ts'

/**
 * Turns `--engine auto` into the engine that is best here, and says which and why; from here on, also when resumed, it stays that one. Throws
 * where the engine or the device asked for is not there.
 */
export async function settleEngine<T extends JobOptions>({ terminal }: Context, flags: T): Promise<T> {
  const { engine, device, reason, other } = await chooseEngine({ engine: flags.engine, device: flags.device })
  if (reason === undefined) return flags
  const engineReason = other ? `it sees a GPU; so does ${other.library}, for --engine ${other.engine}` : reason
  terminal.note(`Engine ${engine}, device ${device}: ${engineReason}`)
  return { ...flags, engine: engine as JobOptions['engine'], engineReason }
}

/** The flags as they were asked for: what was left to us is left to us again. */
export function asAsked({ engineReason, ...flags }: JobOptions): JobOptions {
  return engineReason === undefined ? flags : { ...flags, engine: 'auto' }
}
