import type { PixelTable } from '@pixelrow/data'
import type { Architecture } from '@pixelrow/model'
import type { Snapshot } from './checkpoint.ts'
import { watched } from './debug/watched.ts'
import { type Chosen, choose } from './device/choice.ts'
import type { Identity } from './identity.ts'
import type { FitOptions } from './options.ts'
import { compileOn, type On, type Preparation, type Prepared, prepare } from './prepared.ts'
import type { CompileOptions, DeviceChoice, Trainer } from './types.ts'

/** A training that knows where it is to be. */
export interface Ready extends Prepared, On {
  choice: DeviceChoice
  /** The last point from which it can go on elsewhere, and the steps done since the very first. */
  memory: { kept: Snapshot; total: number }
}

/** A training that stands ready on a device. */
export interface SetUp extends Ready {
  trainer: Trainer
}

/** What a training is set up with beside its options. */
export interface More extends Preparation {
  /** Where, if that is known; default: by the options. */
  chosen?: Chosen
}

/** Prepares a training and finds a device for it. */
export async function makeReady(
  architecture: Architecture,
  table: PixelTable,
  options: FitOptions,
  { chosen, ...preparation }: More = {},
): Promise<Ready> {
  const job = prepare(architecture, table, options, preparation)
  const { choice, ...on } = chosen ?? (await choose(job, options.signal))
  const start = startElsewhere(job, on.device)
  return { ...job, ...on, start, choice, memory: { kept: start, total: start.position.total } }
}

/** Where a training begins; a checkpoint that goes on on another device than its own says so. */
function startElsewhere({ start, resumed }: Prepared, to: string): Snapshot {
  const from = resumed?.device
  if (from === undefined || from === to) return start
  const { total, moves = [] } = start.position
  const move = { from, to, lostAt: total, wentOnFrom: total, reason: 'another device was asked for' }
  return { ...start, position: { ...start.position, moves: [...moves, move] } }
}

/** The same on its device, for what keeps nothing of a training; whoever calls it closes the trainer. */
export async function setUp(
  architecture: Architecture,
  table: PixelTable,
  options: FitOptions,
  { profile, ...more }: More & Pick<CompileOptions, 'profile'> = {},
): Promise<SetUp> {
  const ready = await makeReady(architecture, table, options, { ...more, isTrial: true })
  return { ...ready, trainer: await compileOn(ready, ready, profile === undefined ? {} : { profile }) }
}

/** Puts a training on its device, from its start; whoever calls it closes the trainer. */
export async function startOn(ready: Ready, { debug = false }: Pick<FitOptions, 'debug'>): Promise<SetUp> {
  const { graph, settings, start } = ready
  const compiled = await compileOn(ready, ready)
  const trainer = debug ? watched(compiled, { graph, settings, state: start.state }) : compiled
  return { ...ready, trainer }
}

/** What a training is told by from all others. */
export const identityOn = ({ identity, engine, device, precision }: Ready): Identity =>
  identity({ engine: engine.name, device, precision })
