import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { DataError, type PixelTable, readSubmission, readTable } from '@pixelrow/data'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from '../../scripts/workspace.mjs'
import { environment, kinds } from './python.ts'

const folder = mkdtempSync(join(tmpdir(), 'pixelrow-kinds-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let interpreter = ''
let right: PixelTable
beforeAll(async () => {
  interpreter = environment(kinds)
  const made = spawnSync(interpreter, [join(root, 'tests/full/kinds_files.py'), folder], { encoding: 'utf8' })
  expect(made.status, made.stderr).toBe(0)
  right = await readTable(join(folder, 'right.csv'))
}, 600_000)

/** The error that says of what kind a file is, from what reads it. */
async function refused(path: string, read: (path: string) => Promise<unknown> = readTable): Promise<DataError> {
  const error = await read(path).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(DataError)
  return error as DataError
}

/** Carries a command out in the folder as a shell does, with this environment's Python. */
function carryOut(command: string): void {
  const path = `${dirname(interpreter)}${delimiter}${process.env.PATH}`
  const done = spawnSync('sh', ['-c', command], { cwd: folder, env: { ...process.env, PATH: path }, encoding: 'utf8' })
  expect(done.status, `${command}\n${done.stderr}`).toBe(0)
}

/** What the command of an error writes: the last word. */
const written = (command: string): string => command.split(' ').at(-1)!.replaceAll("'", '')

/** What is read as a table, and named where a CSV is wanted. */
const tables = ['array.npy', 'mnist.npz', 'frame.parquet']

test.each([
  ...tables,
  'digits.h5',
  'numbers.mat',
  'last.mat',
  'nested.mat',
  'digits.nc',
  'digits.fits',
  'frame.pkl',
  'batch',
  'mnist.pkl.gz',
  'frame.feather',
  'frame.orc',
  'frame.xlsx',
  'frame.ods',
  'frame.dta',
  'frame.json',
  'frame.jsonl',
  'digits.sqlite',
  'digits.arff',
  'digits.libsvm',
])('the command for %s makes the right table', async (name) => {
  const { code, params } = await refused(join(folder, name), tables.includes(name) ? readSubmission : readTable)
  expect(code).toBe('DATA_KIND_OTHER')
  const command = String(params.command)
  expect(command.length).toBeLessThan(900)
  carryOut(command)
  const { labels, classes, ...table } = await readTable(written(command))
  const { labels: wanted, classes: known, ...rest } = right
  expect(table).toEqual(rest)
  // One array has no labels.
  if (name !== 'array.npy') expect({ labels, classes }).toEqual({ labels: wanted, classes: known })
})

test.each(['xz', 'bzip2', 'gzip'])('the command for what %s packed unpacks it', async (tool) => {
  const ending = { xz: '.xz', bzip2: '.bz2', gzip: '.gz' }[tool]!
  const once = spawnSync(tool, ['-c', 'right.csv'], { cwd: folder, maxBuffer: 1 << 24 }).stdout
  // Gzip is read, unless it is gzip in gzip.
  const packed = tool === 'gzip' ? spawnSync(tool, ['-c'], { input: once, maxBuffer: 1 << 24 }).stdout : once
  for (const name of [`packed.csv${ending}`, 'wrong-name.csv']) {
    writeFileSync(join(folder, name), packed)
    const command = String((await refused(join(folder, name))).params.command)
    carryOut(command)
    expect(await readTable(written(command))).toEqual(right)
  }
})

test('the command for a tar unpacks what is in it', async () => {
  carryOut(String((await refused(join(folder, 'digits.tar.gz'))).params.command))
  expect(await readTable(join(folder, 'inside.csv'))).toEqual(right)
})

test.each(['heic', 'avif', 'ppm', 'pcx', 'tga', 'ico', 'jp2', 'mixed'])(
  'the command for a folder of %s makes PNG of them',
  async (name) => {
    // A name that a shell must not take apart.
    const place = join(folder, `my ${name}`)
    cpSync(join(folder, 'pictures', name), place, { recursive: true })
    const { code, params } = await refused(place)
    expect(code).toBe(name === 'mixed' ? 'DATA_PICTURE_BROKEN' : 'DATA_PICTURES_NONE')
    carryOut(String(params.command))
    const table = await readTable(`${place}-png`)
    expect({ rows: table.rows, classes: table.classes }).toEqual({ rows: 6, classes: ['class0', 'class1'] })
    // Those that lose nothing give the very pixels.
    if (['ppm', 'pcx', 'tga'].includes(name)) {
      const places = [0, 2, 4, 1, 3, 5]
      expect(table.pixels).toEqual(
        Uint8Array.from(places.flatMap((row) => [...right.pixels.subarray(row * 64, row * 64 + 64)])),
      )
    }
  },
)

test('a pointer of Git LFS is fetched by the command', async () => {
  const { params } = await refused(pointer())
  expect(params.command).toMatch(/^git lfs pull --include .*pointer\.csv$/)
})

function pointer(): string {
  const path = join(folder, 'pointer.csv')
  const size = readFileSync(join(folder, 'right.csv')).length
  writeFileSync(path, `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize ${size}\n`)
  return path
}
