// @ts-check
// `npm run faults`: see README.md.
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { loops } from './loops.mjs'
import { numbers } from './numbers.mjs'
import { remove } from './place.mjs'
import { planned } from './plan.mjs'
import { scenarios } from './scenarios.mjs'
import { inSources } from './sources.mjs'
import { newBase, ready, tryFault } from './trial.mjs'

/** @typedef {import('./trial.mjs').Ready} Ready */
/** @typedef {import('./plan.mjs').Fault} Fault */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    site: { type: 'string' },
    fault: { type: 'string' },
    call: { type: 'string' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    seed: { type: 'string' },
    turn: { type: 'string' },
    list: { type: 'boolean', default: false },
  },
})

// What was made goes when this process exits.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))

const begun = performance.now()
const total = { sites: 0, trials: 0, unreached: 0, violations: 0 }

/** Has so many trials under way at a time. @template Item @param {readonly Item[]} items @param {(item: Item) => Promise<void>} work */
async function several(items, work) {
  const queue = [...items]
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: Math.max(1, Number(values.jobs)) }, worker))
}

/** @param {string} what @param {string[]} problems */
function report(what, problems) {
  total.trials++
  if (problems.length === 0) return
  total.violations++
  console.log(`✗ ${what}`)
  for (const problem of problems) console.log(`    ${problem}`)
}

/** @param {Fault} fault */
const isAsked = ({ site, call, fault }) =>
  (values.site === undefined || inSources(site).includes(values.site)) &&
  (values.fault === undefined || values.fault.split(',').includes(fault)) &&
  (values.call === undefined || Number(values.call) === call)

/** Has every call site of a scenario fail. @param {Ready} known */
async function faultsOf(known) {
  const { name } = known.scenario
  const [violations, plan] = [total.violations, planned(known.sites).filter(isAsked)]
  total.sites += known.sites.size
  if (values.list) {
    for (const [site, count] of known.sites) console.log(`${name}: ${inSources(site)} × ${count}`)
    return
  }
  await several(plan, async (fault) => {
    const { isReached, problems } = await tryFault(known, fault)
    if (!isReached) total.unreached++
    const words = `--only ${name} --site '${inSources(fault.site)}' --call ${fault.call} --fault ${fault.fault}`
    report(`npm run faults -- ${words}`, problems)
  })
  const found = total.violations - violations
  const seconds = Math.round((performance.now() - begun) / 1000)
  console.log(
    `${found ? '✗' : '✓'} ${name}: ${known.sites.size} call sites, ${plan.length} trials, ${found} violations; ${seconds} s`,
  )
}

/** Carries out a loop over scenarios, so many times. @param {string} name @param {number} times @param {Ready[]} all */
async function loop(name, times, all) {
  const trial = loops[name]
  if (!trial) throw new Error(`no loop is called ${name}: ${Object.keys(loops).join(', ')}`)
  const seed = Number(values.seed ?? Date.now() % 1_000_000)
  console.log(`--seed ${seed}`)
  const only = values.only === undefined ? '' : ` --only ${values.only}`
  // Each trial draws from numbers of its own: several are under way at a time, and end in any order.
  const turns = values.turn === undefined ? Array.from({ length: times }, (_, turn) => turn) : [Number(values.turn)]
  await several(turns, async (turn) => {
    const { what, problems } = await trial(all, numbers(seed * 10_007 + turn))
    report(`npm run faults -- ${name} --seed ${seed} --turn ${turn}${only}\n    ${what}`, problems)
  })
}

/** A scenario that can be tried; nothing of one that fails undisturbed. @param {import('./scenarios.mjs').Scenario} scenario @param {string} base */
async function prepare(scenario, base) {
  try {
    return await ready(scenario, base)
  } catch (error) {
    report(error instanceof Error ? error.message : String(error), ['it cannot be tried'])
    return undefined
  }
}

/** @param {string} base */
async function all(base) {
  const only = values.only?.split(',')
  const chosen = scenarios.filter(({ name }) => only === undefined || only.includes(name))
  const [name, times] = positionals
  /** @type {Ready[]} */
  const known = []
  for (const scenario of chosen) {
    const found = await prepare(scenario, base)
    if (found) known.push(found)
    if (found && name === undefined) await faultsOf(found)
  }
  if (name !== undefined) await loop(name, Number(times ?? 10), known)
  for (const { template } of known) remove(template)
}

const base = await newBase()
await all(base).finally(() => remove(base))
const sites = positionals.length > 0 ? '' : `${total.sites} call sites, `
console.log(`${sites}${total.trials} trials (${total.unreached} not reached), ${total.violations} violations`)
process.exitCode = total.violations > 0 ? 1 : 0
