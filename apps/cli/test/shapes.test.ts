import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { random } from '@pixelrow/data'
import { expect, test } from 'vitest'
import { pixelrow, workFolder } from './helpers.ts'

const escapeCode = String.fromCharCode(27)

/** A table of rows of noise, in which no shape shows. */
function noise(pixels: number, rows = 12): string {
  const { below } = random(1, 900)
  const header = ['label', ...Array.from({ length: pixels }, (_, i) => `pixel${i}`)]
  const line = (_: unknown, row: number) => [row % 2, ...header.slice(1).map((__, i) => below(row, i, 256))].join(',')
  return `${[header.join(','), ...Array.from({ length: rows }, line)].join('\n')}\n`
}

/** A heat picture of 24 rows by 32 columns: a warm spot that moves from row to row. */
function thermal(rows: number): string {
  const header = ['label', ...Array.from({ length: 768 }, (_, i) => `p${i}`)]
  const line = (_: unknown, row: number) => {
    const cells = Array.from({ length: 768 }, (__, i) => {
      const [x, y] = [(i % 32) - 6 - (row % 20), Math.floor(i / 32) - 5 - (row % 14)]
      return Math.round(40 + (row % 2 ? 160 : 60) * Math.exp(-(x * x + y * y) / 60))
    })
    return [row % 2, ...cells].join(',')
  }
  return `${[header.join(','), ...Array.from({ length: rows }, line)].join('\n')}\n`
}

test('a heat picture of 24 by 32 is no coloured square, which is said with the flag that says otherwise', async () => {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'a.csv'), thermal(40))
  const { code, stdout, stderr } = await pixelrow(['data', 'describe', 'a.csv'], { cwd })
  expect(code, stderr).toBe(0)
  expect(stdout).toMatch(/^shape +24x32$/m)
  expect(stderr).toMatch(
    /a\.csv: images taken as 24x32: the pictures are [\d.]+ times smoother than as .* \(if that is wrong, add --shape\)\n/,
  )
  const told = await pixelrow(['data', 'describe', 'a.csv', '--shape', '24x32'], { cwd })
  expect([told.stderr, told.stdout]).toEqual(['Reading a.csv\n', stdout])
})

test('where nothing tells the shape, the readings are drawn, each with a flag that can be carried out', async () => {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'a.csv'), noise(768))
  const refused = await pixelrow(['data', 'describe', 'a.csv'], { cwd })
  expect([refused.code, refused.stdout]).toEqual([1, ''])
  const flags = refused.stderr.split('\n').filter((line) => line.startsWith('--shape'))
  expect([...flags].sort()).toEqual([
    '--shape 16x16x3 --channels interleaved',
    '--shape 16x16x3 --channels planar',
    '--shape 24x32',
    '--shape 32x24',
  ])
  const end = refused.stderr.slice(refused.stderr.indexOf('Error:'))
  expect(end).toBe(
    `Error: a.csv: its rows of 768 pixels may be read in 4 ways, and none is clearly the smoothest\nFix: add ${flags.join(', or ')}\n`,
  )
  for (const flag of flags) {
    const [, height, width, channels = '1'] = /(\d+)x(\d+)(?:x(\d+))?/.exec(flag)!
    const words = flag.split(' ')
    const done = await pixelrow(['data', 'describe', 'a.csv', ...words, '--json', '--quiet'], { cwd })
    expect(done.code, done.stderr).toBe(0)
    expect(JSON.parse(done.stdout)).toMatchObject({
      shape: [height, width, channels].map(Number),
      ...(words[3] && { channelOrder: words[3] }),
    })
    // What is drawn under the flag is what it makes of the first rows.
    const head = await pixelrow(['data', 'head', 'a.csv', ...words, '--rows', '1', '--quiet'], { cwd })
    const picture = refused.stderr.slice(refused.stderr.indexOf(`${flag}\n`) + flag.length + 1).split('\n\n')[0]!
    if (Number(width) <= 24 && Number(height) <= 24) {
      const lines = picture.split('\n').slice(1)
      const alone = head.stdout.trimEnd().split('\n').slice(1)
      expect(lines.map((line) => line.slice(0, Number(width)).trimEnd())).toEqual(alone)
    }
  }
})

test('with --json the readings are data, and with --quiet the flags alone are said', async () => {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'a.csv'), noise(192))
  const quiet = await pixelrow(['train', 'a.csv', '--json', '--quiet'], { cwd })
  expect(quiet.code).toBe(1)
  expect(quiet.stderr).toMatch(/^Error: .*\nFix: add --shape \S+.*, or --shape .*\n$/)
  const { error } = JSON.parse(quiet.stdout)
  expect(error).toMatchObject({ code: 'CLI_SHAPE_UNCLEAR', params: { file: 'a.csv', pixels: 192 } })
  const shapes = error.params.candidates.map(({ shape, flags }: { shape: Record<string, number>; flags: string }) => {
    expect(flags).toMatch(/^--shape /)
    return [shape.height, shape.width, shape.channels].join()
  })
  expect(shapes.sort()).toEqual(['12,16,1', '16,12,1', '8,8,3', '8,8,3'])
})

test('pictures among the notes have colour where notes have', async () => {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'a.csv'), noise(192))
  const colour = await pixelrow(['data', 'head', 'a.csv'], { cwd, env: { FORCE_COLOR: '1', COLORTERM: 'truecolor' } })
  expect(colour.stderr).toContain(`${escapeCode}[38;2;`)
  const none = await pixelrow(['data', 'head', 'a.csv'], { cwd, env: { NO_COLOR: '1' } })
  expect(none.stderr).not.toContain(escapeCode)
})

test('a model knows the shape of its pictures, so nothing is asked', async () => {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'a.csv'), noise(192, 40))
  const flags = ['--shape', '8x8x3', '--channels', 'planar']
  const trained = await pixelrow(['train', 'a.csv', '-o', 'out', '--epochs', '1', '--threads', '1', '-q', ...flags], {
    cwd,
  })
  expect(trained.code, trained.stderr).toBeLessThan(5)
  const done = await pixelrow(['eval', 'out/model.onnx', 'a.csv', '--json', '--quiet'], { cwd })
  expect([done.code, JSON.parse(done.stdout).rows]).toEqual([0, 40])
})

test('a converted table says which flags it needs, and those give it back', async () => {
  const cwd = workFolder()
  writeFileSync(join(cwd, 'a.csv'), noise(768))
  const asked = ['--shape', '16x16x3', '--channels', 'planar']
  const done = await pixelrow(['data', 'convert', 'a.csv', '-o', 'b.csv', ...asked], { cwd })
  expect(done.stderr).toMatch(/\nTo read it again just like this, add --shape 16x16x3 --channels planar\n$/)
  writeFileSync(join(cwd, 'heat.csv'), thermal(30))
  const heat = await pixelrow(['data', 'convert', 'heat.csv', '-o', 'heat2.csv'], { cwd })
  expect(heat.stderr).not.toMatch(/To read it again/)
  const wide = await pixelrow(['data', 'convert', 'heat.csv', '-o', 'heat3.csv', '--shape', '32x24'], { cwd })
  expect(wide.stderr).toMatch(/add --shape 32x24\n$/)
})
