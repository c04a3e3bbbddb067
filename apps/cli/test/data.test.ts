import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { type PixelTable, readTable, writeCsv } from '@pixelrow/data'
import { expect, test } from 'vitest'
import { fakeTable, pixelrow, start, workFolder } from './helpers.ts'

const escapeCode = String.fromCharCode(27)

/** Runs a command that must succeed. */
async function fine(cwd: string, args: string[], env?: NodeJS.ProcessEnv) {
  const done = await pixelrow(args, { cwd, ...(env && { env }) })
  expect(done.code, done.stderr).toBe(0)
  return done
}

/** Pictures of two rows by sixteen columns, in colour. */
async function writeColors(path: string, channelOrder: 'interleaved' | 'planar'): Promise<PixelTable> {
  const shape = { height: 2, width: 16, channels: 3, channelOrder }
  const place = (x: number, y: number, c: number) =>
    channelOrder === 'planar' ? 32 * c + 16 * y + x : 3 * (16 * y + x) + c
  const pixels = new Uint8Array(2 * 96)
  for (let x = 0; x < 16; x++) {
    for (let c = 0; c < 3; c++) {
      pixels[place(x, 0, c)] = c === 0 ? 255 : 0
      pixels[place(x, 1, c)] = c === 2 ? 16 * x : 0
      pixels[96 + place(x, 0, c)] = 128
      pixels[96 + place(x, 1, c)] = 250
    }
  }
  const table = { pixels, rows: 2, shape, maxValue: 255, labels: Uint16Array.of(1, 0), classes: ['grey', 'red'] }
  await writeCsv(path, table)
  return table
}

test('describe tells what is in a table', async () => {
  const cwd = workFolder()
  const rows = ['id,pixel0,pixel1,pixel2,pixel3,kind', 'x,0,0,0,0,cat', 'y,0,16,8,8,dog', 'z,0,16,8,8,dog', '']
  writeFileSync(join(cwd, 'a.csv'), rows.join('\n'))
  const { stdout, stderr } = await fine(cwd, ['data', 'describe', 'a.csv', '--label', 'kind'])
  expect(stderr).toBe('Reading a.csv\n')
  for (const line of [
    /^rows +3\b/m,
    /^shape +2x2$/m,
    /0\.\.16 of 0\.\.16/,
    /^ +cat +1 +33\.3 %$/m,
    /^ +dog +2 +66\.7 %$/m,
  ]) {
    expect(stdout).toMatch(line)
  }
  writeFileSync(join(cwd, 'a.csv.gz'), gzipSync(rows.join('\n')))
  for (const file of ['a.csv', 'a.csv.gz']) {
    const json = await fine(cwd, ['data', 'describe', file, '--label', '-1', '--json', '--quiet'])
    expect({ stderr: json.stderr, lines: json.stdout.split('\n').length }).toEqual({ stderr: '', lines: 2 })
    expect(JSON.parse(json.stdout)).toMatchObject({
      file,
      rows: 3,
      shape: [2, 2, 1],
      channelOrder: 'interleaved',
      maxValue: 16,
      classes: ['cat', 'dog'],
      perClass: [
        { label: 'cat', rows: 1 },
        { label: 'dog', rows: 2 },
      ],
      range: [0, 16],
      blank: 1,
      repeated: 1,
      mean: [64 / 12 / 16],
    })
  }
})

test('convert goes from CSV to IDX and back without loss, packed or not', async () => {
  const cwd = workFolder()
  const classes = ['0', '3', '12']
  writeFileSync(join(cwd, 'a.csv'), fakeTable({ rows: 30, classes, labelLast: true, end: '\r\n' }).labelled)
  const { stdout } = await fine(cwd, ['data', 'convert', 'a.csv', '-o', 'new/train-images-idx3-ubyte.gz'])
  expect(stdout).toBe('new/train-images-idx3-ubyte.gz: 30 rows\nnew/train-labels-idx1-ubyte.gz: 30 labels\n')
  const unpacked = gunzipSync(readFileSync(join(cwd, 'new/train-labels-idx1-ubyte.gz')))
  expect([...unpacked.subarray(0, 12)]).toEqual([0, 0, 8, 1, 0, 0, 0, 30, 0, 3, 12, 0])
  const back = await fine(cwd, ['data', 'convert', 'new/train-images-idx3-ubyte.gz', '-o', 'back.csv.gz'])
  expect(back.stderr).toMatch(/labels from new\/train-labels-idx1-ubyte\.gz\n/)
  await fine(cwd, ['data', 'convert', 'back.csv.gz', '-o', 'b.idx'])
  expect(readdirSync(cwd).sort()).toEqual(['.pixelrow', 'a.csv', 'b-labels.idx', 'b.idx', 'back.csv.gz', 'new'])
  const seen = await fine(cwd, ['data', 'convert', 'b.idx', '-o', '-', '--quiet'])
  expect(seen.stderr).toBe('')
  expect(seen.stdout).toBe(gunzipSync(readFileSync(join(cwd, 'back.csv.gz'))).toString())
  const [before, after] = [await readTable(join(cwd, 'a.csv')), await readTable(new TextEncoder().encode(seen.stdout))]
  expect(after).toEqual(before)
})

test('convert says what another format cannot hold, and which flags the new file needs', async () => {
  const cwd = workFolder()
  writeFileSync(
    join(cwd, 'a.csv'),
    fakeTable({ rows: 9, classes: ['ant', 'bee', 'wasp'], ids: (row) => `r${row}` }).labelled,
  )
  const idx = await fine(cwd, ['data', 'convert', 'a.csv', '-o', 'a.idx'])
  expect(idx.stderr).toMatch(/a\.idx: IDX has no place for ids/)
  expect(idx.stderr).toMatch(/a-labels\.idx: .* 0 for ant, 1 for bee, 2 for wasp\n/)
  const dim = ['pixel0,pixel1', '0,9', '4,3', ''].join('\n')
  writeFileSync(join(cwd, 'dim.csv'), dim)
  const flags = ['--shape', '1x2', '--max-value', '255']
  const { stderr, stdout } = await fine(cwd, ['data', 'convert', 'dim.csv', '-o', 'same.csv', ...flags, '--json'])
  expect(stderr).toMatch(/\nTo read it again just like this, add --shape 1x2 --max-value 255\n$/)
  expect(JSON.parse(stdout)).toEqual({
    input: 'dim.csv',
    output: 'same.csv',
    rows: 2,
    shape: [1, 2, 1],
    channelOrder: 'interleaved',
    maxValue: 255,
    classes: [],
  })
  expect(readFileSync(join(cwd, 'same.csv'), 'utf8')).toBe(dim)
  for (const order of ['interleaved', 'planar'] as const) {
    const colors = await writeColors(join(cwd, 'colors.csv'), order)
    const asked = ['--shape', '2x16x3', '--channels', order]
    const done = await fine(cwd, ['data', 'convert', 'colors.csv', '-o', 'colors.idx', ...asked])
    expect(done.stderr).not.toMatch(/To read it again/)
    const read = await readTable(join(cwd, 'colors.idx'))
    expect({ ...read, pixels: [...read.pixels] }).toMatchObject({ shape: colors.shape, pixels: [...colors.pixels] })
    const again = await fine(cwd, ['data', 'convert', 'colors.idx', '-o', 'again.csv'])
    expect(again.stderr).toMatch(new RegExp(`add --shape 2x16x3 --channels ${order}\n$`))
  }
})

test('convert leaves an older file as it was when something is wrong', async () => {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'bad.csv'), 'label,pixel0\n1,300\n')
  writeFileSync(join(cwd, 'good.csv'), 'label,pixel0\n1,200\n')
  await fine(cwd, ['data', 'convert', 'good.csv', '-o', 'out.idx'])
  const older = readFileSync(join(cwd, 'out.idx'))
  rmSync(join(cwd, 'out-labels.idx'))
  const { code, stdout, stderr } = await pixelrow(['data', 'convert', 'bad.csv', '-o', 'out.idx'], { cwd })
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/Error: bad\.csv row 2, column pixel0: .*300/)
  expect(readFileSync(join(cwd, 'out.idx'))).toEqual(older)
  expect(readdirSync(cwd).sort()).toEqual(['.pixelrow', 'bad.csv', 'good.csv', 'out.idx'])
})

test('convert replaces its own files without a word, and another’s with --force alone', async () => {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'a.csv'), 'label,pixel0\n1,200\n')
  for (const mine of ['out.csv', 'out-labels.idx']) {
    writeFileSync(join(cwd, mine), 'mine')
    const words = ['data', 'convert', 'a.csv', '-o', mine.replace('-labels', ''), '--quiet']
    expect(await pixelrow(words, { cwd })).toMatchObject({
      code: 1,
      stdout: '',
      stderr:
        `Error: ${mine}: is there already and was not written by pixelrow, so it stays.\n` +
        'Fix: Choose another name with -o, move it away, or add --force to replace it.\n',
    })
    expect(readFileSync(join(cwd, mine), 'utf8')).toBe('mine')
    await fine(cwd, [...words, '--force'])
    await fine(cwd, words)
    expect(readFileSync(join(cwd, mine), 'utf8')).not.toBe('mine')
  }
  writeFileSync(join(cwd, 'out.csv'), 'label,pixel0\n1,201\n')
  const edited = await pixelrow(['data', 'convert', 'a.csv', '-o', 'out.csv', '--json'], { cwd })
  expect(JSON.parse(edited.stdout).error).toMatchObject({ code: 'FILES_FOREIGN', params: { state: 'changed' } })
})

test('convert that is killed leaves the older file, and its temporaries only until the next', async () => {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'a.csv'), fakeTable({ rows: 30, classes: ['a', 'b'] }).labelled)
  await fine(cwd, ['data', 'convert', 'a.csv', '-o', 'out.csv'])
  const older = readFileSync(join(cwd, 'out.csv'))
  const stuck = start(['data', 'convert', '-', '-o', 'out.csv'], { cwd })
  await stuck.says(/Reading standard input/)
  const other = await pixelrow(['data', 'convert', 'a.csv', '-o', 'out.csv'], { cwd })
  expect(other.code).toBe(1)
  expect(other.stderr).toContain(`process ${stuck.child.pid} on `)
  expect(other.stderr).toContain(`end it: kill ${stuck.child.pid}`)
  stuck.child.kill('SIGKILL')
  await stuck.finished
  expect(readFileSync(join(cwd, 'out.csv'))).toEqual(older)
  await fine(cwd, ['data', 'convert', 'a.csv', '-o', 'out.csv'])
  expect(readdirSync(join(cwd, '.pixelrow'))).toEqual([expect.stringMatching(/^manifest-/)])
})

test('head draws shades where there is no colour, as many abreast as fit', async () => {
  const cwd = workFolder()
  const side = 20
  const names = Array.from({ length: side * side }, (_, pixel) => `pixel${pixel}`).join(',')
  const row = (label: string, at: (x: number, y: number) => number) =>
    [label, ...Array.from({ length: side * side }, (_, place) => at(place % side, Math.floor(place / side)))].join(',')
  const lines = [`label,${names}`]
  for (const label of ['ramp', 'a label longer than the picture', '7', '8', '9', '10', '11'])
    lines.push(row(label, (x) => 13 * x))
  writeFileSync(join(cwd, 'a.csv'), `${lines.join('\n')}\n`)
  const { stdout } = await fine(cwd, ['data', 'head', 'a.csv', '--quiet'])
  const ramp = Array.from({ length: side }, (_, x) => ' .:-=+*#%@'[Math.floor((13 * x * 10) / 256)]).join('')
  const band = (titles: string[]) => [
    titles
      .map((title) => title.padEnd(side))
      .join('  ')
      .trimEnd(),
    ...Array(10).fill([ramp, ramp, ramp].join('  ')),
  ]
  expect(stdout).toBe(`${[...band(['ramp', 'a label longer than…', '7']), '', ...band(['8', '9', '10'])].join('\n')}\n`)
  const one = await fine(cwd, ['data', 'head', 'a.csv', '-n', '1', '--json'])
  expect(JSON.parse(one.stdout)).toMatchObject({
    rows: 7,
    shape: [20, 20, 1],
    head: [{ row: 1, label: 'ramp', pixels: Array.from({ length: side * side }, (_, place) => 13 * (place % side)) }],
  })
})

test('head draws half-blocks in 24-bit colour or the 256 that all terminals have, and NO_COLOR turns them off', async () => {
  const cwd = workFolder()
  await writeColors(join(cwd, 'a.csv'), 'planar')
  const args = ['data', 'head', 'a.csv', '--shape', '2x16x3', '--channels', 'planar', '--quiet']
  const full = await fine(cwd, args, { FORCE_COLOR: '1', COLORTERM: 'truecolor' })
  const [titles, line] = full.stdout.split('\n')
  expect(titles).toBe(`${escapeCode}[1mred               grey${escapeCode}[22m`)
  const reds = Array.from(
    { length: 16 },
    (_, x) => `${x ? '' : `${escapeCode}[38;2;255;0;0m`}${escapeCode}[48;2;0;0;${16 * x}m▀`,
  )
  const grey = `${escapeCode}[38;2;128;128;128m${escapeCode}[48;2;250;250;250m${'▀'.repeat(16)}`
  expect(line).toBe(`${reds.join('')}${escapeCode}[0m  ${grey}${escapeCode}[0m`)
  const few = await fine(cwd, args, { FORCE_COLOR: '1', COLORTERM: '', TERM: 'xterm-256color' })
  expect(few.stdout).toContain(`${escapeCode}[38;5;244m${escapeCode}[48;5;231m${'▀'.repeat(16)}`)
  expect(few.stdout).toContain(`${escapeCode}[38;5;196m${escapeCode}[48;5;16m▀`)
  const none = await fine(cwd, args, { NO_COLOR: '1', FORCE_COLOR: '1', COLORTERM: 'truecolor' })
  expect(none.stdout).not.toContain(escapeCode)
  expect(none.stdout).toMatch(/^red {15}grey\n/)
})

test('head draws small pictures larger and large ones smaller, and names rows without labels', async () => {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'small.csv'), '0,1,0,1\n1,1,1,1\n')
  const small = await fine(cwd, ['data', 'head', 'small.csv', '--quiet', '--rows', '2'])
  const [titles, ...lines] = small.stdout.trimEnd().split('\n')
  expect(titles).toBe('row 1             row 2')
  expect(lines).toEqual(Array(8).fill(`        ${'@'.repeat(8)}  ${'@'.repeat(16)}`))
  const wide = Array.from({ length: 200 * 2 }, (_, place) => (place % 200 < 100 ? 0 : 255)).join(',')
  writeFileSync(join(cwd, 'wide.csv'), `${wide}\n${wide}\n`)
  const large = await fine(cwd, ['data', 'head', 'wide.csv', '--quiet', '--shape', '2x200', '--rows', '1'])
  expect(large.stdout).toBe(`row 1\n${' '.repeat(40)}${'@'.repeat(40)}\n`)
})
