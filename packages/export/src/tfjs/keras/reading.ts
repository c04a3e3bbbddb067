import { fail, type Site } from '../signal.ts'
import { type Config, show } from './config.ts'

/** A layer's config that remembers which of its fields were asked for: those that nobody asked for cannot have been obeyed. */
export interface Reading {
  config: Config
  /** Fields that nobody asked for. */
  unread(): string[]
}

/** A view of a config that records what is read of it. */
export function reading(given: Config): Reading {
  const asked = new Set<PropertyKey>()
  const config = new Proxy(given, {
    get: (target, field) => {
      asked.add(field)
      return Object.hasOwn(target, field) ? Reflect.get(target, field) : undefined
    },
    has: (target, field) => {
      asked.add(field)
      return Object.hasOwn(target, field)
    },
  })
  return { config, unread: () => Object.keys(given).filter((field) => !asked.has(field)) }
}

/** Fields that change nothing of what a trained layer computes, by the reason why. */
const withoutEffect: Readonly<Record<string, string>> = {
  ...of('what the layer is called', 'name'),
  ...of('of training alone', 'trainable', 'momentum', 'synchronized', 'renorm', 'renorm_clipping', 'renorm_momentum'),
  ...of('of training alone', 'rate', 'stddev', 'noise_shape', 'seed', 'l1', 'l2'),
  ...of('what the layer was built for, which its input has', 'batch_input_shape', 'batch_shape', 'input_shape'),
  ...of('what the layer was built for, which its input has', 'batch_size', 'input_length', 'input_dtype'),
  ...of('sizes that the weights have', 'units', 'filters', 'kernel_size', 'groups', 'depth_multiplier'),
  ...of('sizes that the weights have', 'input_dim', 'output_dim', 'shared_axes'),
  ...of('of a padding that is refused', 'fill_mode', 'fill_value'),
}

function of(reason: string, ...fields: string[]): Record<string, string> {
  return Object.fromEntries(fields.map((field) => [field, reason]))
}

/** How weights begin, and what holds them in bounds while they are trained. */
const ofTraining = /_(initializer|regularizer|constraint)$/

/**
 * Refuses a layer with fields that nobody read, unless they have no effect or say nothing (null, `false`, an empty list): what Keras would do by
 * them is not known here.
 */
export function requireAllRead(site: Site, given: Config, unread: readonly string[]): void {
  const open = unread.filter((field) => !Object.hasOwn(withoutEffect, field) && !ofTraining.test(field))
  const field = open.find((each) => !saysNothing(given[each]))
  if (field === undefined) return
  fail(site, `${field} is ${show(given[field])}, a field of its configuration that is not known here.`, {
    code: 'EXPORT_CONFIG_UNREAD',
    params: { field, found: given[field] },
  })
}

function saysNothing(value: unknown): boolean {
  return value === undefined || value === null || value === false || (Array.isArray(value) && value.length === 0)
}

/** Types in which a layer may compute: mixed policies keep their weights in float32, and here they compute in it. */
const floats = new Set(['float32', 'mixed_float16', 'mixed_bfloat16'])
const integers = new Set(['int32', 'int64', 'bool'])

/** Refuses a layer that computes in other numbers than those of the file, by its dtype or policy. */
export function requireType(site: Site, { dtype }: Config): void {
  const policy =
    typeof dtype === 'object' && dtype !== null ? (dtype as { config?: { name?: unknown } }).config?.name : dtype
  const name = policy ?? 'float32'
  if (typeof name === 'string' && (floats.has(name) || integers.has(name))) return
  fail(site, `dtype is ${show(dtype)}; expected ${[...floats].join(', ')}.`)
}
