// @ts-check
// Writes `out/a` and `out/b` in the way that its first word says: rightly, or wrong in one of the ways that the harness is to find.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'

const [way = '', text = ''] = process.argv.slice(2)

/** @param {string} name */
const temporary = (name) => `out/.${name}.tmp`

/** @param {string} name */
function whole(name) {
  try {
    writeFileSync(temporary(name), text)
    renameSync(temporary(name), `out/${name}`)
  } catch (error) {
    if (way !== 'littering') rmSync(temporary(name), { force: true })
    throw error
  }
}

/** @type {Record<string, () => void>} */
const ways = {
  right: () => whole('a'),
  'in place': () => writeFileSync('out/a', text),
  mixing: () => {
    whole('a')
    whole('b')
  },
  littering: () => whole('a'),
  raw: () => whole('a'),
  careless: () => {
    try {
      whole('a')
    } catch {}
  },
  locking: () => {
    if (existsSync('out/lock')) throw new Error('locked')
    writeFileSync('out/lock', '')
    whole('a')
    rmSync('out/lock')
  },
  'harming its input': () => {
    const input = readFileSync('input', 'utf8')
    rmSync('input')
    whole('a')
    writeFileSync('input', input)
  },
}

try {
  mkdirSync('out', { recursive: true })
  ways[way]?.()
} catch (error) {
  console.error(way === 'raw' ? error : 'Error: it could not be written')
  process.exitCode = 1
}
