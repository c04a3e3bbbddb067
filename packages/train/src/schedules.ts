import type { Schedule } from './types.ts'

/** The learning rate stays as given. */
export function constant(): Schedule {
  return () => 1
}

/** Falls along half a cosine from 1 to `end` (default 0). */
export function cosine({ end = 0 } = {}): Schedule {
  return (step, steps) => anneal(1, end, progress(step, steps))
}

/**
 * One cycle (Smith 2018): from `start` (default 1/25) up to 1 over the share `warmup` (default 0.25) of the steps, then down to `end`
 * (default 1e-5); each way along half a cosine, as in fastai, or with `linear` along a straight line, as in Smith's paper.
 */
export function oneCycle({ warmup = 0.25, start = 1 / 25, end = 1e-5, linear = false } = {}): Schedule {
  const between = linear ? line : anneal
  return (step, steps) => {
    const t = progress(step, steps)
    return t < warmup ? between(start, 1, t / warmup) : between(1, end, (t - warmup) / (1 - warmup))
  }
}

/** Stays at 1 for the share `flat` (default 0.75) of the steps, then falls along half a cosine to `end` (default 0), as fastai's `fit_flat_cos`. */
export function flatCosine({ flat = 0.75, end = 0 } = {}): Schedule {
  return (step, steps) => {
    const t = progress(step, steps)
    return t < flat ? 1 : anneal(1, end, flat < 1 ? (t - flat) / (1 - flat) : 1)
  }
}

/** Rises linearly from `start` (default 0) to 1 over the share `share` (default 0.1) of the steps, then follows `then` over the rest. */
export function warmUp(then: Schedule, { share = 0.1, start = 0 } = {}): Schedule {
  return (step, steps) => {
    const warm = Math.floor(share * steps)
    return step < warm ? start + ((1 - start) * step) / warm : then(step - warm, steps - warm)
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
