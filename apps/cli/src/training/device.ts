import type { PixelTable } from '@pixelrow/data'
import { chooseDevice, type DeviceChoice } from '@pixelrow/train'
import type { Context } from '../context.ts'
import { settleBudget } from './budget.ts'
import { splitOff, trainingsOf } from './fitting.ts'
import type { JobOptions } from './options.ts'
import { planFor, requireBatches } from './plan.ts'

/**
 * Turns `--device auto` and `--engine auto` into what is best for the job here, says which and why, and a time budget into a number of steps on it; from
 * here on, also when resumed, it stays that. Throws where the engine or the device asked for is not there.
 */
export async function settle<T extends JobOptions>(context: Context, flags: T, table: PixelTable): Promise<T> {
  const choice = await chooseFor(context, flags, table)
  const { engine, device } = flags
  const settled = { engine: choice.engine, device: choice.device } as Pick<JobOptions, 'engine' | 'device'>
  return settleBudget(context, { ...flags, ...settled, choice, wanted: { engine, device } }, table)
}

/** What decides on which device a job is. */
type Decisive = Pick<JobOptions, 'recipe' | 'engine' | 'device'> & Partial<JobOptions>

/** Chooses a device for a job's trainings, and says which and why. */
export async function chooseFor(context: Context, flags: Decisive, table: PixelTable): Promise<DeviceChoice> {
  const { timeBudget, engine, device, precision, threads, seed } = flags
  const plan = planFor(table, flags)
  const { architecture, options } = plan
  const { train } = splitOff(table, flags)
  requireBatches(plan, train.rows)
  const choice = await chooseDevice(architecture, train, {
    ...options,
    engine,
    device,
    precision,
    threads,
    seed,
    signal: context.signal,
    // How many steps that is, is measured on the device.
    ...(timeBudget !== undefined && { seconds: timeBudget / trainingsOf(flags, table) }),
  })
  context.terminal.note(`Device ${deviceText(choice)}: ${choice.reason}`)
  return choice
}

/** `cuda (NVIDIA L4)`; `cpu of tfjs`. */
export function deviceText({ engine, device, adapter }: DeviceChoice): string {
  const of = engine === 'onnxruntime' ? '' : ` of ${engine}`
  return `${device}${of}${adapter ? ` (${adapter.name}${adapter.type === 'software' ? ', software' : ''})` : ''}`
}
