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
 * One cycle (Smith 2018) in fastai's form: along half a cosine from `start` (default 1/25) up to 1 over the share `warmup`
 * (default 0.25) of the steps, then down to `end` (default 1e-5).
 */
export function oneCycle({ warmup = 0.25, start = 1 / 25, end = 1e-5 } = {}): Schedule {
  return (step, steps) => {
    const t = progress(step, steps)
    return t < warmup ? anneal(start, 1, t / warmup) : anneal(1, end, (t - warmup) / (1 - warmup))
  }
}

/** 0 at the first step, 1 at the last. */
function progress(step: number, steps: number): number {
  return steps > 1 ? step / (steps - 1) : 0
}

function anneal(from: number, to: number, t: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * t))) / 2
}
