import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { here, run } from './run.mjs'

const { PYTHON, REF_C, CC = 'cc' } = process.env

/** A reader of this folder in a Node of its own. */
export function reader(name, file, more = {}) {
  const args = (of) => [here('measure.mjs'), more.reader ?? name, of.path, String(of.rows)]
  return { name, file, run: (of) => run(process.execPath, args(of)), ...more }
}

export const pixelrow = (file, name = 'pixelrow') => reader(name, file, { reader: 'pixelrow', often: true })

/** Everything else that reads CSV here; `js` marks what is written in JavaScript alone. */
export function peers(file) {
  const python = (name, more) => ({
    name,
    file,
    run: (of) => run(PYTHON, [here('read.py'), name, of.path, String(of.rows)]),
    ...more,
  })
  if (!PYTHON) console.log('pandas and numpy are left out: set PYTHON to an interpreter that has them.')
  return [
    reader('polars', file),
    reader('duckdb', file),
    reader('d3-dsv', file, { js: true }),
    reader('udsv', file, { js: true }),
    reader('papaparse', file, { js: true }),
    reader('csv-parse', file, { js: true, rounds: 2 }),
    ...(PYTHON ? [python('numpy.loadtxt'), python('pandas uint8'), python('pandas defaults', { rounds: 3 })] : []),
  ]
}

let binary

/** The C reference, built when first asked for: a list of none or one. Only of train.csv does it know the pixels. */
export function reference(file, folder, name = 'C reference') {
  binary ??= build(folder)
  if (!binary) return []
  const options = { cwd: folder, env: file.name === 'train' ? { ...process.env, VERIFY: '1' } : process.env }
  const measure = () => {
    const { ms, n, ok } = run(binary, [file.path], options)
    return { ms, wall: undefined, result: ok === false ? 'other pixels' : n }
  }
  return [{ name, file, often: true, result: file.rows, run: measure }]
}

/** The path of the program, or an empty one where there is none. */
function build(folder) {
  if (!REF_C) {
    console.log('The C reference is left out: set REF_C to the path of its source.')
    return ''
  }
  const path = join(folder, 'ref')
  const { error, status, stderr } = spawnSync(CC, ['-O3', '-msse4.1', '-o', path, resolve(REF_C)], { encoding: 'utf8' })
  if (!error && status === 0) return path
  console.log(`The C reference is left out: ${error?.message ?? stderr.trim()}`)
  return ''
}
