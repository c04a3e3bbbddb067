import { isAccelerator } from './device.ts'
import { openInWorker } from './in-worker.ts'
import type { Opened, OpenJob } from './opened.ts'

/**
 * Opens a model in several worker threads, each with a session of its own; a run goes to the one that has the least to do. On a GPU one worker is
 * all that is of use.
 */
export async function openInWorkers(job: OpenJob, workers: number): Promise<Opened> {
  const first = await openInWorker(job)
  if (workers === 1 || isAccelerator(job.device)) return first
  const rest = Array.from({ length: workers - 1 }, () => openInWorker(job))
  const all = [first, ...(await whole(first, rest))].map(({ runner }) => ({ runner, runs: 0 }))
  return {
    ...first,
    lanes: workers,
    runner: {
      model: first.runner.model,
      async run(...job) {
        const lane = all.reduce((least, each) => (each.runs < least.runs ? each : least))
        lane.runs++
        try {
          return await lane.runner.run(...job)
        } finally {
          lane.runs--
        }
      },
      async release() {
        await Promise.all(all.map(({ runner }) => runner.release()))
      },
    },
  }
}

/** All of them, or none: where one fails, the others are let go of. */
async function whole(first: Opened, rest: readonly Promise<Opened>[]): Promise<Opened[]> {
  try {
    return await Promise.all(rest)
  } catch (error) {
    const there = (await Promise.allSettled(rest)).flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    await Promise.all([first, ...there].map(({ runner }) => runner.release()))
    throw error
  }
}
