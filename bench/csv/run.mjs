// Runs contenders by turns, each in a process of its own, checks what each gave and keeps its figures.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const here = (file) => fileURLToPath(new URL(file, import.meta.url))

/** Runs a command that prints one JSON object, and adds the time from its start to its end, less what it says it took to check itself. */
export function run(command, args, options = {}) {
  const began = performance.now()
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    ...options,
  })
  const wall = performance.now() - began
  if (error) return { absent: error.message }
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')} ended with ${status}: ${stderr}`)
  const result = JSON.parse(stdout)
  return { ...result, wall: wall - (result.checked ?? 0) }
}

/**
 * A contender is `{ name, file, run, result, often, rounds }`: `run` gives `{ ms, wall, rss, result }` or `{ absent: why }`, and
 * `result` must be the contender's own, else the file's. Those that come `often` have a turn after every second other,
 * as they take so little time that one disturbance spoils it; the slow ones have fewer `rounds`.
 */
export function alternate(contenders, rounds) {
  const samples = new Map(contenders.map((contender) => [contender, []]))
  const absent = new Set()
  const turn = (contender) => {
    if (absent.has(contender)) return
    const sample = contender.run(contender.file)
    if (sample.absent) {
      absent.add(contender)
      return console.log(`${contender.name} is left out: ${sample.absent}`)
    }
    const expected = contender.result ?? contender.file.result
    if (sample.result !== expected)
      throw new Error(`${contender.name} read wrongly: ${sample.result}, expected ${expected}`)
    samples.get(contender).push(sample)
  }
  const often = contenders.filter((contender) => contender.often)
  const others = contenders.filter((contender) => !contender.often)
  for (let round = 0; round < rounds; round++) {
    if (others.length === 0) often.forEach(turn)
    for (const [i, contender] of others.entries()) {
      if (i % 2 === 0) often.forEach(turn)
      if (round < (contender.rounds ?? rounds)) turn(contender)
    }
  }
  return contenders
    .filter((contender) => !absent.has(contender))
    .map((contender) => summary(contender, samples.get(contender)))
}

function summary(contender, samples) {
  const figures = (key) => samples.map((sample) => sample[key]).filter((value) => value !== undefined)
  const ms = figures('ms')
  return {
    ...contender,
    ms: median(ms),
    least: Math.min(...ms),
    wall: median(figures('wall')),
    rss: Math.max(...figures('rss')),
    runs: ms.length,
  }
}

export function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1]
}

/** Prints what was measured, with the time of `ours` as a part of each one's. */
export function printTable(measured, ours) {
  const number = (value, digits = 0) => (Number.isFinite(value) ? value.toFixed(digits) : '')
  const head = [
    '',
    'ms, median',
    'least',
    'MB/s',
    'whole process',
    'peak MiB',
    ours ? `${ours.name} / this` : '',
    'runs',
  ]
  const rows = measured.map(({ name, file, ms, least, wall, rss, runs }) => [
    name,
    number(ms, 1),
    number(least, 1),
    number((file.inflated ?? file.bytes) / ms / 1e3),
    number(wall),
    number(rss),
    ours ? number(ours.ms / ms, 3) : '',
    number(runs),
  ])
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)))
  for (const row of [head, ...rows]) {
    const cells = row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
    console.log(cells.join('  ').trimEnd())
  }
}

/** Prints a figure beside what it has to be. */
export function line(what, value, relation, limit, note = '') {
  const holds = relation === '≥' ? value >= limit : value <= limit
  const shown = value !== 0 && Math.abs(value) < 0.01 ? value.toExponential(1) : value.toFixed(2)
  console.log(`${holds ? 'holds ' : 'MISSED'}  ${what}: ${shown} ${relation} ${limit}${note && `  (${note})`}`)
}

/** A ratio of two contenders' times by medians, beside it the one by the least. */
export function ratioLine(what, above, below, relation, limit) {
  const names = `${above.name} / ${below.name}, by the least ${(above.least / below.least).toFixed(2)}`
  line(what, above.ms / below.ms, relation, limit, names)
}
