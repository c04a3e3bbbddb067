// @ts-check
// One command with one fault, and what must hold after it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { settle } from '../../packages/files/dist/index.js'
import { leftovers, missing, mixtures, outputsOf, sayings } from './judge.mjs'
import { online } from './online.mjs'
import { carryOut, copyOf, newPlace, remove, snapshot, sum } from './place.mjs'
import { kindOf, sitesIn } from './plan.mjs'
import { prepared } from './scenarios.mjs'
import { writeInputs } from './tables.mjs'

/** @typedef {import('./scenarios.mjs').Scenario} Scenario */
/** @typedef {import('./place.mjs').Snapshot} Snapshot */
/** @typedef {import('./place.mjs').Result} Result */
/** @typedef {import('./judge.mjs').Known} Known */
/** @typedef {Known & { template: string, milliseconds: number, sites: Map<string, number>, repeated: Map<string, Promise<string[]>> }} Ready */
/** @typedef {Parameters<typeof carryOut>[2]} How */

/** A place with the tables and runs that every scenario finds. */
export async function newBase() {
  const place = newPlace()
  writeInputs(join(place, 'work'))
  for (const args of prepared) await mustEndWell(place, { args })
  return place
}

/** @param {string} place @param {{ args: string[], program?: string, interruptedAt?: string }} command */
async function mustEndWell(place, { args, program, interruptedAt }) {
  const how = { ...(interruptedAt && { interruptedAt }), ...(program && { program }) }
  const result = await carryOut(place, args, how)
  if (result.code !== (interruptedAt ? 130 : 0))
    throw new Error(`${args.join(' ')}: exit code ${result.code}, undisturbed\n${result.stderr}`)
}

/** A command in a place, with the server that it speaks with. @param {Scenario} scenario @param {string} place @param {string[]} args @param {How} [how] */
export async function carriedOut({ isOnline, program }, place, args, how = {}) {
  if (!isOnline) return carryOut(place, args, { ...how, ...(program && { program }) })
  const server = await online(join(place, 'work'))
  try {
    return await carryOut(place, args, { ...how, env: server.env })
  } finally {
    await server.close()
  }
}

/** Learns what a scenario finds, what it leaves undisturbed, and what it calls where. @param {Scenario} scenario @param {string} base @returns {Promise<Ready>} */
export async function ready(scenario, base) {
  const template = copyOf(base)
  for (const command of scenario.before ?? []) {
    const { args, interruptedAt } = Array.isArray(command) ? { args: command } : command
    await mustEndWell(template, { ...scenario, args, ...(interruptedAt !== undefined && { interruptedAt }) })
  }
  const before = snapshot(template)
  const [after, again] = await undisturbed(scenario, template)
  const known = { scenario, before, after: after.snapshot }
  const differ = [...missing(known, again.snapshot), ...leftovers(known, after.snapshot, { isDone: true })]
  if (differ.length > 0) throw new Error(`${scenario.name}, undisturbed: ${differ.join('; ')}`)
  if (scenario.before && outputsOf(known).length === 0)
    throw new Error(`${scenario.name}, undisturbed, changes nothing`)
  return { ...known, template, milliseconds: after.milliseconds, sites: sitesIn(again.trace), repeated: new Map() }
}

/** What two undisturbed runs leave, the second one with its calls. @param {Scenario} scenario @param {string} template */
async function undisturbed(scenario, template) {
  const runs = []
  for (const isTraced of [false, true]) {
    const place = copyOf(template)
    const trace = join(place, 'trace')
    writeFileSync(trace, '')
    const begun = performance.now()
    const result = await carriedOut(scenario, place, scenario.args, isTraced ? { faults: { trace } } : {})
    if (result.code !== 0) throw new Error(`${scenario.name}, undisturbed: exit code ${result.code}\n${result.stderr}`)
    const milliseconds = performance.now() - begun
    runs.push({ snapshot: snapshot(place), trace: readFileSync(trace, 'utf8'), milliseconds })
    remove(place)
  }
  return /** @type {[typeof runs[0], typeof runs[0]]} */ (runs)
}

/** Has one call fail; gives whether it was reached and what is wrong after it. @param {Ready} known @param {import('./plan.mjs').Fault} fault */
export async function tryFault(known, fault) {
  const place = copyOf(known.template)
  try {
    const fired = join(place, 'fired')
    const result = await carriedOut(known.scenario, place, known.scenario.args, { faults: { ...fault, fired } })
    if (!existsSync(fired)) return { isReached: false, problems: [] }
    return { isReached: true, problems: await judged(known, place, result, fault) }
  } finally {
    remove(place)
  }
}

/** How a command ended, for whoever looks for the reason. @param {Result} result */
const ending = ({ code, signal, stderr }) => `it ended with ${signal ?? code}: ${JSON.stringify(stderr.slice(-300))}`

/** What may stay until the next command: where not even removing is possible, nothing can be removed. */
const removes = new Set(['rm', 'rmdir', 'unlink'])

/**
 * What there is to see for whoever reads next: where a swap was cut, that finishes it.
 * @template Found @param {string} place @param {(place: string) => Found} look
 */
async function inOrder(place, look) {
  if (![...snapshot(place).keys()].some((path) => /\.pixelrow\/journal[\w-]*\.json$/.test(path))) return look(place)
  const copy = copyOf(place)
  try {
    await settle(join(copy, 'work/out'))
    return look(copy)
  } finally {
    remove(copy)
  }
}

/** @param {string} place */
export const seen = (place) => inOrder(place, snapshot)

/** @param {Ready} known @param {string} place @param {Result} result @param {{ site: string, fault: string }} how */
async function judged(known, place, result, { site, fault }) {
  const now = snapshot(place)
  const problems = mixtures(known, await seen(place))
  const kind = kindOf(site)
  if (fault === 'SIGKILL') {
    if (result.signal !== 'SIGKILL') problems.push(...sayings(result))
  } else {
    problems.push(...sayings(result, { mayBeMute: kind === 'stderr' }))
    if (result.code === 0) problems.push(...missing(known, now))
    if (!removes.has(kind)) problems.push(...leftovers(known, now, { isDone: result.code === 0 }))
  }
  problems.push(...(await repeated(known, place)))
  return problems.length > 0 ? [...problems, ending(result)] : []
}

/**
 * The command once more, without a fault, must end as if nothing had been. What was seen to do so from the very same files is not tried again.
 * @param {Ready} known @param {string} place
 */
export async function repeated(known, place) {
  const now = snapshot(place)
  const args = await commandAfter(known.scenario, place)
  const key = sum(JSON.stringify([args, ...[...now].sort()]))
  const found = known.repeated.get(key)
  if (found) return found
  const problems = repeat(known, place, args)
  known.repeated.set(key, problems)
  return problems
}

/** @param {Scenario} scenario @param {string} place */
export const commandAfter = async ({ again, args }, place) =>
  again ? inOrder(place, (copy) => again(join(copy, 'work'))) : args

/** @param {Ready} known @param {string} place @param {string[] | undefined} args */
async function repeat(known, place, args) {
  const result = args && (await carriedOut(known.scenario, place, args))
  // Nothing is left to do: whoever reads there next puts in order what a kill left.
  if (!args) await settle(join(place, 'work/out'))
  const now = snapshot(place)
  const problems = [
    ...(result ? sayings(result) : []),
    ...missing(known, now),
    ...leftovers(known, now, { isDone: true }),
  ]
  if (result && result.code !== 0)
    problems.unshift(`exit code ${result.code}: ${JSON.stringify(result.stderr.slice(-300))}`)
  return problems.map((problem) => `repeated: ${problem}`)
}
