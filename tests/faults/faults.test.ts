import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { fillDisk, kill, pair } from './loops.mjs'
import { numbers } from './numbers.mjs'
import { newPlace, remove } from './place.mjs'
import { kindOf, planned } from './plan.mjs'
import { prepared as runs, scenarios } from './scenarios.mjs'
import { inSources } from './sources.mjs'
import { writeInputs } from './tables.mjs'
import { type Ready, ready, tryFault } from './trial.mjs'

type Scenario = (typeof scenarios)[number]

/** Of test.csv. */
const rows = Array.from({ length: 20 }, (_, row) => row + 1)

/** A scenario in a folder with tables alone. */
async function prepared(scenario: Scenario): Promise<Ready> {
  const base = newPlace()
  onTestFinished(() => remove(base))
  writeInputs(join(base, 'work'))
  writeFileSync(join(base, 'work/input'), 'input')
  writeFileSync(join(base, 'work/answers.csv'), `ImageId,Label\n${rows.map((row) => `${row},1\n`).join('')}`)
  const known = await ready(scenario, base)
  onTestFinished(() => remove(known.template))
  return known
}

/** Everything that is wrong when each call of a kind fails in one way, and how many calls that were. */
async function found(known: Ready, kind: string, fault: string): Promise<{ problems: string[]; tried: number }> {
  const plan = planned(known.sites).filter((each) => kindOf(each.site) === kind && each.fault === fault)
  const tried = await Promise.all(plan.map((each) => tryFault(known, each)))
  return {
    problems: tried.flatMap(({ problems }) => problems),
    tried: tried.filter(({ isReached }) => isReached).length,
  }
}

const converting = scenarios.find(({ name }) => name === 'convert')!

const program = fileURLToPath(new URL('writers.mjs', import.meta.url))

const writer = (way: string): Promise<Ready> =>
  prepared({ name: way, program, before: [[way, 'old']], args: [way, 'new and longer'] })

test.for([
  ['in place', 'writeFile', 'EIO', /^neither old nor new: work\/out\/a broken$/],
  ['mixing', 'rename', 'EIO', /^neither old nor new: work\/out\/a new, work\/out\/b old$/],
  ['mixing', 'rename', 'SIGKILL', /^neither old nor new: work\/out\/a new, work\/out\/b old$/],
  ['littering', 'rename', 'EIO', /^left behind: work\/out\/\.a\.tmp$/],
  ['raw', 'writeFile', 'full', /^raw words: .*ENOSPC/],
  ['careless', 'writeFile', 'ENOSPC', /^not as undisturbed: work\/out\/a old$/],
  ['locking', 'rename', 'SIGKILL', /^repeated: exit code 1: "Error: it could not be written/],
  ['harming its input', 'writeFile', 'full', /^changed: work\/input$/],
] as const)('a writer that is wrong is found: %s, %s, %s', async ([way, kind, fault, problem]) => {
  const known = await writer(way)
  const { problems } = await found(known, kind, fault === 'ENOSPC' ? 'full' : fault)
  expect(problems).toContainEqual(expect.stringMatching(problem))
})

test('of a writer that is right nothing is said', async () => {
  const known = await writer('right')
  const plan = planned(known.sites)
  const tried = await Promise.all(plan.map((each) => tryFault(known, each)))
  expect(tried.flatMap(({ problems }) => problems)).toEqual([])
  expect(tried.every(({ isReached }) => isReached)).toBe(true)
  expect(new Set(plan.map(({ site }) => kindOf(site)))).toEqual(new Set(['mkdir', 'writeFile', 'rename']))
})

test('a command’s calls are counted where our sources make them, and each that fails leaves the old or the new', async () => {
  const known = await prepared(converting)
  const shown = [...known.sites.keys()].map(inSources)
  expect(shown).toContainEqual(
    expect.stringMatching(/^rename packages\/files\/src\/owned\/swap\.ts:\d+ < packages\/files\/src\//),
  )
  expect(shown).toContainEqual(expect.stringMatching(/^read packages\/data\/src\/source\/file\.ts:\d+/))
  expect(shown.length).toBeGreaterThan(60)
  for (const [kind, fault] of [
    ['rename', 'SIGKILL'],
    ['writeFile', 'full'],
    ['read', 'short'],
    ['fsync', 'EIO'],
    ['fstat', 'EIO'],
    ['stdout', 'ENOSPC'],
  ] as const) {
    const { problems, tried } = await found(known, kind, fault)
    expect(problems).toEqual([])
    expect(tried).toBeGreaterThan(0)
  }
})

test('a download killed while its files are swapped in, or just after: no part stays, and it is finished by whoever reads it', async () => {
  const known = await prepared(scenarios.find(({ name }) => name === 'download')!)
  for (const kind of ['rename', 'rm']) {
    const { problems, tried } = await found(known, kind, 'SIGKILL')
    expect(problems).toEqual([])
    expect(tried).toBeGreaterThan(2)
  }
})

test('of two outputs that are written at once, one that fails ends the command in a sentence', async () => {
  const predicting = scenarios.find(({ name }) => name === 'predict')!
  const known = await prepared({
    ...predicting,
    before: [...runs.slice(0, 2), ...(predicting.before ?? [])],
  })
  const { problems, tried } = await found(known, 'mkdir', 'full')
  expect(problems).toEqual([])
  expect(tried).toBeGreaterThan(1)
})

test.for([
  ['a command killed at a random moment', kill],
  ['two commands at once on one folder', pair],
  ['a disk that fills', fillDisk],
] as const)('%s: nothing is lost, mixed or left', async ([, trial]) => {
  const known = await prepared(converting)
  for (const seed of [1, 2]) expect((await trial([known], numbers(seed))).problems).toEqual([])
})
