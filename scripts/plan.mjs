// @ts-check
// What a change asks for: which packages are to be built, and which tests touch it.
import { posix } from 'node:path'

/** @typedef {import('./workspace.mjs').Workspace} Workspace */

/**
 * @typedef {object} Plan
 * @property {string[]} build names of packages whose sources changed; all of them where what every build takes changed
 * @property {string[]} related built files: tests that import them, through other packages too, are to be run
 * @property {string[]} tests test files and folders of tests to be run
 */

/** What the build of every package takes. */
const shared = /^(common\/|tsup\.base\.ts$|tsconfig\.base\.json$|pnpm-lock\.yaml$)/
const testFile = /\.test\.ts$/

/** What is to be done about changed files, paths relative to the root. @param {string[]} changed @param {Workspace[]} workspaces @returns {Plan} */
export function planOf(changed, workspaces) {
  const everything = changed.some((file) => shared.test(file))
  const built = workspaces.filter(
    ({ folder }) => everything || changed.some((file) => file.startsWith(`${folder}/`) && isBuilt(file, folder)),
  )
  const own = workspaces.filter(({ folder }) => changed.some((file) => file.startsWith(`${folder}/test/`)))
  const helped = own.flatMap(({ folder }) => testsFor(changed, `${folder}/test`))
  const whole = testsFor(changed, 'tests')
  return {
    build: built.map(({ name }) => name),
    related: built.flatMap(entriesOf),
    tests: [...new Set([...built.map(({ folder }) => `${folder}/test`), ...helped, ...whole])],
  }
}

/** A file that a package is built from: not its tests, README or what was built. @param {string} file @param {string} folder */
const isBuilt = (file, folder) =>
  !/^(test|dist|node_modules|\.turbo)\/|^README\.md$/.test(file.slice(folder.length + 1))

/** The changed tests under a folder; all of them where a helper of theirs changed. @param {string[]} changed @param {string} folder */
function testsFor(changed, folder) {
  const inside = changed.filter((file) => file.startsWith(`${folder}/`) && !file.includes('/fixtures/'))
  return inside.every((file) => testFile.test(file)) ? inside : [folder]
}

/** The files that `import` takes of a package. @param {Workspace} workspace */
const entriesOf = ({ folder, manifest }) =>
  Object.values(manifest.exports ?? {}).flatMap(({ import: entry }) =>
    entry ? [posix.join(folder, entry.default)] : [],
  )
