// @ts-check
// What must hold of a place after a command failed there, was killed, or was done.

/** @typedef {import('./place.mjs').Snapshot} Snapshot */
/** @typedef {import('./place.mjs').Result} Result */
/** @typedef {import('./scenarios.mjs').Scenario} Scenario */
/**
 * What was there before, and what undisturbed commands leave: several, where several are allowed to be the last.
 * @typedef {{ scenario: Scenario, before: Snapshot, after: Snapshot }} Known
 */

/** What is written down of outputs, and stays. */
const isManifest = (/** @type {string} */ path) => /(^|\/)\.pixelrow\/manifest[\w-]*\.json$/.test(path)

/** @param {Snapshot} snapshot @param {string} path @param {'bytes' | 'normal'} [by] */
const sumAt = (snapshot, path, by = 'normal') => snapshot.get(path)?.[by] ?? 'absent'

/** The files that a command makes, replaces or removes, in groups of those that belong together. @param {Known} known @returns {string[][]} */
export function outputsOf({ scenario, before, after }) {
  const paths = [...new Set([...before.keys(), ...after.keys()])].filter((path) => !isManifest(path))
  const outputs = paths.filter((path) => sumAt(before, path) !== sumAt(after, path) && !isInterim(scenario, path))
  return scenario.isApart ? outputs.map((path) => [path]) : outputs.length > 0 ? [outputs] : []
}

/** @param {Scenario} scenario @param {string} path */
const isInterim = ({ interim }, path) => interim?.test(path.replace(/^work\//, '')) ?? false

/** How the old files must be as they were: untouched, or what the same command leaves that made them. @typedef {'bytes' | 'normal'} OldBy */

/** Whether a group is as before, as new, or neither. @param {Known} known @param {Snapshot} now @param {string[]} group @param {OldBy} [by] */
export function stateOf({ before, after }, now, group, by = 'bytes') {
  if (group.every((path) => sumAt(now, path) === sumAt(after, path))) return 'new'
  return group.every((path) => sumAt(now, path, by) === sumAt(before, path, by)) ? 'old' : 'neither'
}

/** Each file of a group as a word. @param {Known} known @param {Snapshot} now @param {string[]} group */
const described = ({ before, after }, now, group) =>
  group
    .map((path) => {
      const found = sumAt(now, path)
      const what =
        found === sumAt(after, path)
          ? 'new'
          : found === sumAt(before, path)
            ? 'old'
            : found === 'absent'
              ? 'gone'
              : 'broken'
      return `${path} ${what}`
    })
    .join(', ')

/** Outputs that are lost, cut or mixed. @param {Known} known @param {Snapshot} now @param {OldBy} [by] @returns {string[]} */
export function mixtures(known, now, by) {
  const groups = outputsOf(known).filter((group) => stateOf(known, now, group, by) === 'neither')
  return groups.map((group) => `neither old nor new: ${described(known, now, group)}`)
}

/** Outputs that are not there although the command says that all is done. @param {Known} known @param {Snapshot} now @returns {string[]} */
export function missing(known, now) {
  const groups = outputsOf(known).filter((group) => stateOf(known, now, group) !== 'new')
  return groups.map((group) => `not as undisturbed: ${described(known, now, group)}`)
}

/**
 * What belongs to nothing: temporaries, locks, what was made for a job that is over; and inputs that are no longer what they were.
 * @param {Known} known @param {Snapshot} now @param {{ isDone: boolean }} how @returns {string[]}
 */
export function leftovers(known, now, { isDone }) {
  const { scenario, before, after } = known
  const outputs = new Set(outputsOf(known).flat())
  const paths = [...now.keys()].filter((path) => !outputs.has(path) && !isManifest(path))
  const extra = paths.filter((path) => !before.has(path) && !after.has(path) && !(!isDone && isInterim(scenario, path)))
  const interim = isDone ? paths.filter((path) => isInterim(scenario, path) && !after.has(path)) : []
  const changed = [...before.keys()].filter((path) => {
    if (outputs.has(path) || isManifest(path) || isInterim(scenario, path) || path.endsWith('/')) return false
    return sumAt(now, path, 'bytes') !== sumAt(before, path, 'bytes')
  })
  return [
    ...[...new Set([...extra, ...interim])].map((path) => `left behind: ${path}`),
    ...changed.map((path) => `changed: ${path}`),
  ]
}

/** A system's own words, a stack, or what Node prints when it dies. */
const raw =
  /^ {4}at |node:internal|Node\.js v\d|\[object |\bUnhandled|\bUncaught|\bERR_[A-Z_]+|(?:Type|Reference|Syntax|Range)Error|\bE[A-Z]{2,}: [a-z]|undefined|\(Use `node/m

/** What is wrong with how a command has ended. @param {Result} result @param {{ mayBeMute?: boolean }} [how] @returns {string[]} */
export function sayings({ code, signal, stderr }, { mayBeMute = false } = {}) {
  if (signal) return [`ended by ${signal}`]
  const found = raw.exec(stderr)
  const problems = found
    ? [`raw words: ${JSON.stringify(stderr.slice(Math.max(0, found.index - 80), found.index + 160))}`]
    : []
  if (code !== 0 && code !== 1) problems.push(`exit code ${code}: ${JSON.stringify(stderr.slice(-200))}`)
  const sentences = stderr.split('\n').filter((line) => line.startsWith('Error: ')).length
  if (code !== 0 && sentences !== 1 && !mayBeMute)
    problems.push(`${sentences} sentences for exit code ${code}: ${JSON.stringify(stderr.slice(-200))}`)
  return problems
}
