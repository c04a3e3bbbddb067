// @ts-check
// What happens at no call in particular: kills at any moment, two commands at once, disks that fill at some byte.
import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { leftovers, missing, mixtures, outputsOf, sayings } from './judge.mjs'
import { copyInto, copyOf, newFolder, remove, snapshot } from './place.mjs'
import { carriedOut, commandAfter, repeated, seen } from './trial.mjs'

/** @typedef {import('./trial.mjs').Ready} Ready */
/** @typedef {import('./place.mjs').Result} Result */
/** @typedef {(end: number) => number} Draw a number below `end` */
/** What was tried, in words, and what is wrong after it. @typedef {{ what: string, problems: string[] }} Outcome */
/** One trial of a loop. @typedef {(all: Ready[], draw: Draw) => Promise<Outcome>} Trial */

/** @template Item @param {readonly Item[]} items @param {Draw} draw */
const oneOf = (items, draw) => /** @type {Item} */ (items[draw(items.length)])

/** A copy of a place for as long as something is done there. @param {string} template @param {(place: string) => Promise<string[]>} work */
async function inCopy(template, work) {
  const place = copyOf(template)
  try {
    return await work(place)
  } finally {
    remove(place)
  }
}

/** What is wrong with a command that was not killed. @param {Ready} known @param {string} place @param {Result} result */
function ended(known, place, result) {
  const now = snapshot(place)
  const isDone = result.code === 0
  return [...sayings(result), ...(isDone ? missing(known, now) : []), ...leftovers(known, now, { isDone })]
}

/** A command that is killed, and then, now and then, what would put things in order as well. @type {Trial} */
export async function kill(all, draw) {
  const known = oneOf(all, draw)
  const kills = 1 + draw(3)
  const moments = Array.from({ length: kills }, () => Math.round((draw(1000) / 900) * known.milliseconds))
  const problems = await inCopy(known.template, async (place) => {
    for (const killedAfter of moments) {
      const args = await commandAfter(known.scenario, place)
      if (!args) break
      const result = await carriedOut(known.scenario, place, args, { killedAfter })
      const found = [...mixtures(known, await seen(place)), ...(result.signal ? [] : ended(known, place, result))]
      if (found.length > 0) return found
    }
    return repeated(known, place)
  })
  return { what: `${known.scenario.name}, killed after ${moments.join(', ')} ms`, problems }
}

/** Two commands at once on one folder. @type {Trial} */
export async function pair(all, draw) {
  const known = oneOf(
    all.filter(({ scenario }) => scenario.before),
    draw,
  )
  const [what, problems] = draw(2) === 0 ? await rivals(known, draw) : await neighbours(known, all, draw)
  return { what, problems }
}

/** The same command twice: once as it is, once as it was called before. @param {Ready} known @param {Draw} draw @returns {Promise<[string, string[]]>} */
async function rivals(known, draw) {
  const { scenario, template, milliseconds } = known
  const [before] = scenario.before ?? []
  const other = Array.isArray(before) ? before : scenario.args
  const delay = Math.round((draw(1000) / 1000) * milliseconds)
  const [first, second] = draw(2) === 0 ? [scenario.args, other] : [other, scenario.args]
  const problems = await inCopy(template, async (place) => {
    const results = await atOnce(place, known, { first, second, delay })
    const now = snapshot(place)
    const [mine, theirs] = first === scenario.args ? results : [results[1], results[0]]
    const isMine = mine.code === 0 && theirs.code !== 0
    const says = results.flatMap((result) => told(result))
    if (mine.code !== 0 && theirs.code !== 0 && scenario.name !== 'resume') says.push('neither was carried out')
    return [
      ...says,
      // The command that made the old files may have made them again.
      ...mixtures(known, now, 'normal'),
      ...(isMine ? missing(known, now) : []),
      ...leftovers(known, now, { isDone: true }),
    ]
  })
  return [`${scenario.name}: ${first.join(' ')}, and after ${delay} ms: ${second.join(' ')}`, problems]
}

/** Two commands that write other files of one folder. @param {Ready} known @param {Ready[]} all @param {Draw} draw @returns {Promise<[string, string[]]>} */
async function neighbours(known, all, draw) {
  const mine = new Set(outputsOf(known).flat())
  const others = all.filter(({ scenario, ...rest }) => {
    const theirs = outputsOf({ scenario, ...rest }).flat()
    return scenario.before && scenario.name !== 'resume' && theirs.every((path) => !mine.has(path))
  })
  if (others.length === 0 || known.scenario.name === 'resume') return rivals(known, draw)
  const other = oneOf(others, draw)
  const delay = Math.round((draw(1000) / 1000) * known.milliseconds)
  const problems = await inCopy(known.template, async (place) => {
    const results = await atOnce(place, known, { first: known.scenario.args, second: other.scenario.args, delay })
    return [...results.flatMap(told), ...neighboursAfter(place, [known, other], results)]
  })
  return [`${known.scenario.args.join(' ')}, and after ${delay} ms: ${other.scenario.args.join(' ')}`, problems]
}

/** @param {string} place @param {[Ready, Ready]} both @param {[Result, Result]} results */
function neighboursAfter(place, [known, other], results) {
  const now = snapshot(place)
  // What the second one finds before it elsewhere was not there.
  const fresh = { ...other, before: new Map([...known.before].filter(([path]) => other.after.has(path))) }
  const problems = [known, fresh].flatMap((each, at) =>
    results[at]?.code === 0 ? missing(each, now) : mixtures(each, now),
  )
  const union = {
    ...known,
    after: new Map([...other.after, ...known.after]),
  }
  return [
    ...problems,
    ...leftovers({ ...union, scenario: { ...known.scenario, isApart: true } }, now, { isDone: true }),
  ]
}

/** @param {string} place @param {Ready} known @param {{ first: string[], second: string[], delay: number }} how @returns {Promise<[Result, Result]>} */
async function atOnce(place, { scenario }, { first, second, delay }) {
  const one = carriedOut(scenario, place, first)
  await new Promise((resolve) => setTimeout(resolve, delay))
  return Promise.all([one, carriedOut(scenario, place, second)])
}

/** One that finds the folder claimed says so. @param {Result} result */
function told(result) {
  const refused = /another|claimed|writes there|finished|nothing to go on with|interrupted training|holds/
  const problems = sayings(result)
  if (result.code === 1 && !refused.test(result.stderr))
    problems.push(`refused for another reason: ${JSON.stringify(result.stderr.slice(-300))}`)
  return problems
}

/** A disk that fills at some byte: a real one where this user may mount one, else as many bytes as the preload lets through. @type {Trial} */
export async function fillDisk(all, draw) {
  const known = oneOf(
    all.filter(({ scenario }) => !scenario.isOnline),
    draw,
  )
  const bytes = 1 + draw(Math.ceil(1.2 * sizeOf(known)))
  const isReal = canMount() && draw(2) === 0
  const problems = await inCopy(known.template, async (place) => {
    const result = isReal
      ? await onSmallDisk(known, place, Math.ceil(bytes / 1024))
      : await carriedOut(known.scenario, place, known.scenario.args, { faults: { budget: bytes } })
    return [...mixtures(known, await seen(place)), ...ended(known, place, result), ...(await repeated(known, place))]
  })
  return { what: `${known.scenario.name}, ${isReal ? 'a disk with' : 'room for'} ${bytes} bytes`, problems }
}

/** About how many bytes a command writes, its manifests and journals with them. @param {Ready} known */
function sizeOf({ template, scenario }) {
  const folder = join(template, 'work/out')
  const names = scenario.before ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : []
  return 8192 + 2 * names.map((name) => statSync(join(folder, name)).size).reduce((sum, size) => sum + size, 0)
}

/** Whether this user may mount a disk in a namespace of their own. */
function canMount() {
  mountable ??= spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs none /mnt']).status === 0
  return mountable
}

/** @type {boolean | undefined} */
let mountable

/** On a disk of memory over the place, with so much room left; what is on it in the end goes where `$2` says. */
const script = `
mount -t tmpfs -o size=256m none "$1" && cp -a "$2/." "$1/" || exit 99
used=$(df -kP "$1" | awk 'NR == 2 { print $3 }')
mount -o remount,size=$((used + $3))k "$1" || exit 99
saved=$2
disk=$1
shift 3
(cd "$disk/work" && exec "$@")
code=$?
rm -rf "$saved"/* && cp -a "$disk/." "$saved/" || exit 99
exit $code
`

/** @param {Ready} known @param {string} place @param {number} kilobytes */
async function onSmallDisk({ scenario }, place, kilobytes) {
  const saved = newFolder()
  copyInto(place, saved)
  try {
    const prefix = ['unshare', '-rm', 'sh', '-c', script, 'sh', place, saved, String(kilobytes)]
    return await carriedOut(scenario, place, scenario.args, { prefix, cwd: '/' })
  } finally {
    for (const name of readdirSync(place)) remove(join(place, name))
    copyInto(saved, place)
    remove(saved)
  }
}

/** The loops by the words that begin them. @type {Record<string, Trial>} */
export const loops = { kills: kill, pairs: pair, 'full-disks': fillDisk }
