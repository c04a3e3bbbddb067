import type { Waiting } from './queue.ts'
import type { Runner } from './runner.ts'

/** One run for several jobs, each of which gets its rows. */
export async function runTogether(runner: Runner, jobs: readonly Waiting[]): Promise<void> {
  const pixels = joined(jobs)
  const rows = jobs.reduce((sum, job) => sum + job.rows, 0)
  const { labels, probabilities } = await runner.run(pixels, rows, { owned: true })
  const classes = probabilities.length / rows
  let from = 0
  for (const job of jobs) {
    const to = from + job.rows
    job.resolve({
      labels: labels.slice(from, to),
      probabilities: probabilities.slice(from * classes, to * classes),
    })
    from = to
  }
}

function joined(jobs: readonly Waiting[]): Uint8Array {
  const pixels = new Uint8Array(jobs.reduce((sum, job) => sum + job.pixels.length, 0))
  let at = 0
  for (const job of jobs) {
    pixels.set(job.pixels, at)
    at += job.pixels.length
  }
  return pixels
}
