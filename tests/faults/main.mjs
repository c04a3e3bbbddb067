// @ts-check
// `npm run faults`: see README.md.
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { remove } from './place.mjs'
import { planned } from './plan.mjs'
import { scenarios } from './scenarios.mjs'
import { inSources } from './sources.mjs'
import { newBase, ready, tryFault } from './trial.mjs'

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    site: { type: 'string' },
    fault: { type: 'string' },
    call: { type: 'string' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    seed: { type: 'string' },
    list: { type: 'boolean', default: false },
  },
})

/** Has so many trials under way at a time. @template Item @param {readonly Item[]} items @param {(item: Item) => Promise<void>} work */
export async function several(items, work) {
  const queue = [...items]
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: Number(values.jobs) }, worker))
}

const only = values.only?.split(',')
const chosen = scenarios.filter(({ name }) => only === undefined || only.includes(name))
const begun = performance.now()
const base = await newBase()
let [sites, trials, unreached, violations] = [0, 0, 0, 0]
/** @type {string[]} */
const broken = []

for (const scenario of chosen) {
  const known = await ready(scenario, base).catch((error) => {
    broken.push(`${error.message}`)
    console.log(`✗ ${error.message}`)
  })
  if (!known) continue
  const plan = planned(known.sites).filter(
    ({ site, call, fault }) =>
      (values.site === undefined || inSources(site) === values.site || inSources(site).includes(values.site)) &&
      (values.fault === undefined || values.fault === fault) &&
      (values.call === undefined || Number(values.call) === call),
  )
  sites += known.sites.size
  if (values.list) {
    for (const [site, count] of known.sites) console.log(`${scenario.name} ${inSources(site)} × ${count}`)
    continue
  }
  let found = 0
  await several(plan, async (each) => {
    const { isReached, problems } = await tryFault(known, each)
    trials++
    if (!isReached) unreached++
    if (problems.length === 0) return
    found++
    const shown = inSources(each.site)
    console.log(
      `✗ npm run faults -- --only ${scenario.name} --site '${shown}' --call ${each.call} --fault ${each.fault}`,
    )
    for (const problem of problems) console.log(`    ${problem}`)
  })
  violations += found
  console.log(
    `${found === 0 ? '✓' : '✗'} ${scenario.name}: ${known.sites.size} sites, ${plan.length} trials, ${found} violations, after ${Math.round((performance.now() - begun) / 1000)} s`,
  )
  remove(known.template)
}
remove(base)
console.log(
  `${sites} call sites, ${trials} trials (${unreached} not reached), ${violations} violations, ${broken.length} scenarios that fail undisturbed`,
)
process.exitCode = violations + broken.length > 0 ? 1 : 0
