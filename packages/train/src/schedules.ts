import { callback, flag } from '../../../common/options.ts'
import { amount, check, checkArguments, share as shareRule } from './check.ts'
import type { Schedule } from './types.ts'

/** The learning rate stays as given. */
export function constant(): Schedule {
  return () => 1
}

/** Falls along half a cosine from 1 to `end` (default 0). */
export function cosine(options: { end?: number } = {}): Schedule {
  check('cosine', options, { end: amount })
  const { end = 0 } = options
  return (step, steps) => anneal(1, end, progress(step, steps))
}

/**
 * One cycle (Smith 2018): from `start` (default 1/25) up to 1 over the share `warmup` (0 to 1, default 0.25) of the steps, then down to
 * `end` (default 1e-5); each way along half a cosine, as in fastai, or with `linear` along a straight line, as in Smith's paper. With a
 * `warmup` of 1 it ends at 1, and a single step is taken at 1.
 */
export function oneCycle(options: { warmup?: number; start?: number; end?: number; linear?: boolean } = {}): Schedule {
  check('oneCycle', options, { warmup: shareRule, start: amount, end: amount, linear: flag })
  const { warmup = 0.25, start = 1 / 25, end = 1e-5, linear = false } = options
  const between = linear ? line : anneal
  return (step, steps) => {
    if (steps === 1) return 1
    const t = progress(step, steps)
    return t < warmup || warmup === 1 ? between(start, 1, t / warmup) : between(1, end, (t - warmup) / (1 - warmup))
  }
}

/**
 * Stays at 1 for the share `flat` (0 to 1, default 0.75) of the steps, then falls along half a cosine to `end` (default 0), as fastai's
 * `fit_flat_cos`; with a `flat` of 1 it never falls.
 */
export function flatCosine(options: { flat?: number; end?: number } = {}): Schedule {
  check('flatCosine', options, { flat: shareRule, end: amount })
  const { flat = 0.75, end = 0 } = options
  return (step, steps) => {
    const t = progress(step, steps)
    return t < flat || flat === 1 ? 1 : anneal(1, end, (t - flat) / (1 - flat))
  }
}

/** Rises linearly from `start` (default 0) to 1 over the share `share` (0 to 1, default 0.1) of the steps, then follows `next` over the rest. */
export function warmUp(next: Schedule, options: { share?: number; start?: number } = {}): Schedule {
  checkArguments('warmUp', { next }, { next: callback })
  check('warmUp', options, { share: shareRule, start: amount })
  const { share = 0.1, start = 0 } = options
  return (step, steps) => {
    const warm = Math.floor(share * steps)
    return step < warm ? start + ((1 - start) * step) / warm : next(step - warm, steps - warm)
  }
}

/** 0 at the first step, 1 at the last. */
function progress(step: number, steps: number): number {
  return steps > 1 ? step / (steps - 1) : 0
}

function anneal(from: number, to: number, t: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * t))) / 2
}

function line(from: number, to: number, t: number): number {
  return from + (to - from) * t
}
