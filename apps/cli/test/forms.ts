import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { random } from '@pixelrow/data'
import { expect } from 'vitest'
import { pixelrow, workFolder } from './helpers.ts'

/** The classes of the pictures; one would be a formula in a spreadsheet. */
export const classes = ['cat', 'dog', '=cow']
/** So short that it is trained at once, and long enough to be right. */
export const short = ['--recipe', 'linear', '--epochs', '20', '-q']

/** Small coloured pictures of 3×2 pixels, by rows of cells: a picture for each class, and a little noise. */
export interface Pictures {
  rows: number
  seed: number
}

/** The pictures of a table, and what each shows. */
export function pictures({ rows, seed }: Pictures, transposed = false): { pixels: number[][]; labels: string[] } {
  const [base, noise] = [random(11, 5), random(seed, 6)]
  const labels = Array.from({ length: rows }, (_, row) => classes[row % 3]!)
  const pixels = labels.map((_, row) => {
    const upright = Array.from({ length: 18 }, (_, at) => base.below(row % 3, at, 2) * 200 + noise.below(row, at, 40))
    // Of each channel the pixels column after column.
    return transposed
      ? upright.map((_, at) => upright[3 * (((at / 3) | 0) % 3) * 2 + 3 * ((at / 9) | 0) + (at % 3)]!)
      : upright
  })
  return { pixels, labels }
}

const planar = (pixels: number[]): number[] =>
  Array.from({ length: 18 }, (_, at) => pixels[(at % 6) * 3 + ((at / 6) | 0)]!)

/** A way in which tables may be written: the cells of a row, and what a run must be told to read it. */
export interface Form {
  flags: string[]
  /** The names, where there is a header; `label` says whether the rows have labels. */
  header?: (label: boolean) => string[]
  row: (pixels: number[], label: string | undefined, id: string) => (string | number)[]
  /** Whether the pictures are stored column after column. */
  transposed?: boolean
  ids?: true
}

const names = Array.from({ length: 18 }, (_, at) => `pixel${at}`)
const kept = (...cells: (string | undefined)[]): string[] => cells.filter((cell) => cell !== undefined)
const size = ['--shape', '2x3x3', '--channels', 'interleaved']

/** Ways that nobody would find out about. */
export const forms: Record<string, Form> = {
  'another label and id column': {
    flags: [...size, '--label', 'digit', '--id', 'row'],
    header: (label) => kept('row', ...names, label ? 'digit' : undefined),
    row: (pixels, label, id) => [id, ...pixels, ...(label === undefined ? [] : [label])],
    ids: true,
  },
  'a label and an id by their places under a header': {
    flags: [...size, '--label', '-1', '--id', '0'],
    header: (label) => kept('row', ...names, label ? 'digit' : undefined),
    row: (pixels, label, id) => [id, ...pixels, ...(label === undefined ? [] : [label])],
    ids: true,
  },
  'columns to drop': {
    flags: [...size, '--drop', 'Usage', '--drop', 'fold'],
    header: (label) => kept('Usage', ...(label ? ['label', 'fold'] : []), ...names),
    row: (pixels, label) => ['public', ...(label === undefined ? [] : [label, '7']), ...pixels],
  },
  'no header, with places': {
    flags: [...size, '--label', '1', '--id', '0', '--no-header', '--drop', '-1'],
    row: (pixels, label, id) => [id, ...(label === undefined ? [] : [label]), ...pixels, 'x'],
    ids: true,
  },
  'planar colours': {
    flags: ['--shape', '2x3x3', '--channels', 'planar'],
    header: (label) => kept(label ? 'label' : undefined, ...names),
    row: (pixels, label) => [...(label === undefined ? [] : [label]), ...planar(pixels)],
  },
  'columns of pixels one after another': {
    flags: [...size, '--transpose'],
    header: (label) => kept(label ? 'label' : undefined, ...names),
    row: (pixels, label) => [...(label === undefined ? [] : [label]), ...pixels],
    transposed: true,
  },
  fractions: {
    flags: [...size, '--max-value', '1'],
    header: (label) => kept(label ? 'label' : undefined, ...names),
    row: (pixels, label) => [
      ...(label === undefined ? [] : [label]),
      ...pixels.map((pixel) => (pixel / 255).toFixed(5)),
    ],
  },
}

/** A table of some form. */
export function csv({ header, row, transposed }: Form, some: Pictures, labelled: boolean): string {
  const { pixels, labels } = pictures(some, transposed)
  const lines = pixels.map((each, at) => row(each, labelled ? labels[at] : undefined, `r${at}`).join(','))
  return [...(header ? [header(labelled).join(',')] : []), ...lines, ''].join('\n')
}

/** Rows to measure on, and to predict. */
export const [held, unseen] = [
  { rows: 30, seed: 2 },
  { rows: 12, seed: 3 },
]

/** Runs a command that must do, and gives all that it said. */
export async function done(args: readonly string[], cwd: string) {
  const finished = await pixelrow(args, { cwd })
  expect(finished, finished.stderr).toMatchObject({ code: 0 })
  return finished
}

/** A form of whose columns nobody could guess what they are. */
export const named = forms['another label and id column']!

/** A folder with a `run` on tables of whose columns nobody could guess what they are. */
export async function finishedRun() {
  const cwd = workFolder()
  mkdirSync(join(cwd, 'data'))
  writeFileSync(join(cwd, 'data/train.csv'), csv(named, { rows: 90, seed: 1 }, true))
  writeFileSync(join(cwd, 'data/test.csv'), csv(named, unseen, false))
  await done(['run', '--data', 'data', '-o', 'runs/1', ...named.flags, ...short], cwd)
  return cwd
}
