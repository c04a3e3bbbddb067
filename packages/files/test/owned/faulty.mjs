// Has each call of the file system fail, one after the other, while a folder is written to: prints what was wrong afterwards, as JSON.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { arm, calls } from './faults.mjs'

const { claim, FileError, stateOf } = await import('@pixelrow/files')
const codes = process.argv.slice(2)
// In memory, where there is such a disk: a flush takes as long as a disk likes.
const root = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'pixelrow-test-'))
/** @type {string[]} */
const problems = []
let done = 0

/** @param {string} folder @param {Record<string, string>} files */
async function write(folder, files) {
  const output = await claim(folder, { names: Object.keys(files) })
  try {
    for (const [name, text] of Object.entries(files)) {
      if (text) await output.write(name, text)
      else output.remove(name)
    }
    await output.commit()
  } finally {
    await output.close()
  }
}

/** @param {string} folder */
const shown = (folder) =>
  JSON.stringify(
    readdirSync(folder)
      .filter((name) => name !== '.pixelrow')
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  )

const [old, fresh] = [
  { a: 'old', b: 'old', c: 'old' },
  { a: 'new'.repeat(9), b: 'new', c: '' },
]

/** @param {string} folder @param {number} n @param {string} code */
async function once(folder, n, code) {
  await write(folder, old)
  const before = shown(folder)
  arm(n, code)
  const error = await write(folder, fresh).then(
    () => undefined,
    (/** @type {unknown} */ caught) => caught,
  )
  const { count, last } = calls()
  arm(Number.POSITIVE_INFINITY, '')
  const label = `${code} at call ${n}, ${last}: `
  if (error && !(error instanceof FileError)) problems.push(`${label}${error}`)
  const seen = shown(folder)
  const all = [before, '[["a","newnewnewnewnewnewnewnewnew"],["b","new"]]']
  const isUnfinished = error instanceof FileError && error.code === 'FILES_SWAP_UNFINISHED'
  if (!isUnfinished && seen !== all[error ? 0 : 1] && seen !== all[1]) problems.push(`${label}${seen}`)
  await (await claim(folder)).close()
  const settled = shown(folder)
  if (!all.includes(settled) || (!isUnfinished && settled !== seen)) problems.push(`${label}then ${settled}`)
  const left = readdirSync(join(folder, '.pixelrow')).filter((name) => name !== 'manifest.json')
  if (left.length > 0) problems.push(`${label}${left} is left`)
  for (const name of readdirSync(folder))
    if (name !== '.pixelrow' && (await stateOf(folder, name, { exact: true })) !== 'whole')
      problems.push(`${label}${name} is not whole`)
  await write(folder, fresh)
  if (shown(folder) !== all[1]) problems.push(`${label}again ${shown(folder)}`)
  return count >= n
}

for (const code of codes) {
  for (let n = 1; ; n++) {
    const folder = join(root, `${code}-${n}`)
    mkdirSync(folder)
    if (!(await once(folder, n, code))) break
    done++
  }
}
rmSync(root, { recursive: true, force: true })
console.log(JSON.stringify({ done, problems }))
