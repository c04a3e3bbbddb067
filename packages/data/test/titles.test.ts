import { readRows } from '@pixelrow/data'
import { expect, test } from 'vitest'
import { bytes, dataError, read } from './helpers.ts'
import { tables } from './tables.ts'

const csv = tables.digitRecognizer()
const wanted = await read(csv)

test.each([
  ['MNIST training set\n', "left out, above the header: 'MNIST training set'"],
  ['"MNIST, for training",,,\n', "left out, above the header: 'MNIST, for training'"],
  ['# made by hand, 2026\n\n# and checked\r\n', "left out, above the header: '# made by hand, 2026', '# and checked'"],
  ['Digits\n# of 2026\n', "left out, above the header: 'Digits', '# of 2026'"],
])('%j above the header is left out, and said', async (above, note) => {
  const notes: string[] = []
  expect(await read(above + csv, { onNote: (text) => notes.push(text) })).toEqual(wanted)
  expect(notes).toEqual([note])
  expect(await read(`${above}${csv}`.replaceAll('\n', '\r\n'), { header: true })).toEqual(wanted)
  const rows = []
  for await (const { pixels } of readRows(bytes(above + csv), { batch: 2 })) rows.push(...pixels)
  expect(rows).toEqual([...wanted.pixels])
  const wide = `${above}${csv.replaceAll(',', ';')}`
  expect(await read(wide)).toEqual(wanted)
})

test('comments stand above rows without a header, too', async () => {
  const rows = csv.slice(csv.indexOf('\n') + 1)
  expect(await read(`# label and pixels\n${rows}`, { label: 0 })).toEqual(await read(rows, { label: 0 }))
})

test('rows below a title keep their numbers, and a head of any length is read', async () => {
  expect((await dataError(read(`Digits\n${csv}1,2\n`))).row).toBe(csv.split('\n').length + 1)
  const side = 260
  const names = Array.from({ length: side * side }, (_, i) => `pixel${i}`)
  const row = names.map(() => 7)
  const table = await read(`Large pictures\n${names}\n${row}\n`)
  expect([table.shape.height, table.rows]).toEqual([side, 1])
})

test.each([
  // The header itself, as numpy.savetxt writes it; one that is cut; a row that is cut; words where there is no header.
  [`# ${csv}`],
  ['label\n5,0,1,2,3\n6,0,1,2,3\n'],
  ['cat 1 2 3\ndog 4 5 6 7\ncow 8 9 1 2\n'],
  ['Digits\n5,0,0,1,2\n6,0,0,1,2\n'],
  ['label,pixel0\n5,0,1,2,3\n6,0,1,2,3\n'],
  ['a\nb\nc\nd\ne\nf\nlabel,pixel0\n1,2\n'],
])('what may be a header or a row is never left out: %j', async (text) => {
  const notes: string[] = []
  await dataError(read(text, { onNote: (note) => notes.push(note) }))
  expect(notes.filter((note) => note.startsWith('left out'))).toEqual([])
})
