import { cpSync, readdirSync, readFileSync, rmSync, truncateSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { appears, csvRows, interrupted, pixelrow, start, workFolder, writeData } from './helpers.ts'

const fake = { rows: 300, classes: ['a', 'b', 'c'] }
const args = ['run', '--data', 'data', '--epochs', '60', '--threads', '1', '--recipe', 'mlp']
const results = ['.pixelrow', 'history.csv', 'model.onnx', 'model.rows.bin', 'run.json', 'submission.csv']
const left = ['checkpoint.safetensors', 'resume.json']
const waiting = ['.pixelrow', ...left]

/** A record, but for where its folder lies. */
const parsed = (text: string) => JSON.parse(text, (key, value) => (key === 'fromRun' ? undefined : value))

/** The files of a run, as far as two equal runs agree: times are left out. */
function result(folder: string) {
  expect(readdirSync(folder).sort()).toEqual(results)
  const read = (name: string) => readFileSync(join(folder, name))
  const { seconds, call: _, ...record } = parsed(read('run.json').toString())
  const history = csvRows(read('history.csv').toString()).map((cells) => cells.toSpliced(7, 1))
  return {
    model: read('model.onnx').toString('base64'),
    submission: read('submission.csv').toString(),
    record: { ...record, parts: Object.keys(seconds) },
    history,
  }
}

/** A folder with data and the result of a training that was never interrupted. */
async function uninterrupted(words: readonly string[] = args) {
  const cwd = workFolder()
  writeData(join(cwd, 'data'), fake)
  expect((await pixelrow([...words, '--out', 'whole'], { cwd })).code).toBe(0)
  return { cwd, whole: result(join(cwd, 'whole')) }
}

test('a training resumed from any moment gives the same bytes as one in one go', async () => {
  const { cwd, whole } = await uninterrupted()
  for (const [index, moments] of [
    ['^ +1 '],
    ['Validation done'],
    ['Validation done', '^ +1 '],
    ['Exported'],
  ].entries()) {
    const out = `cut/${index}`
    const { code, stderr } = await interrupted([...args, '--out', out], cwd, ...moments)
    expect(code).toBe(130)
    const next = /\nInterrupted; go on with:\n {2}node (.*)\n$/.exec(stderr)![1]!.split(' ')
    expect(readdirSync(join(cwd, out))).toEqual(expect.arrayContaining(left))
    // From another folder too: the paths in resume.json are absolute.
    const resumed =
      index % 2 ? pixelrow(next.slice(1), { cwd }) : pixelrow(['resume', `../${out}`], { cwd: join(cwd, 'data') })
    expect((await resumed).code).toBe(0)
    const { record, ...rest } = result(join(cwd, out))
    expect(rest).toEqual({ history: whole.history, model: whole.model, submission: whole.submission })
    if (index % 2) expect(record).toEqual(whole.record)
  }
})

test('train resumes too, again and again, also when interrupted before another step was made', async () => {
  const cwd = workFolder()
  writeData(cwd, { ...fake, labelLast: true })
  const words = ['train', 'train.csv', '--label', '-1', '--recipe', 'linear', '--epochs', '80', '--seed', '4']
  expect((await pixelrow([...words, '--out', 'whole', '--threads', '2'], { cwd })).code).toBe(0)
  expect((await interrupted([...words, '--out', 'cut', '--threads', '2'], cwd, '^ +8 ')).code).toBe(130)
  for (const moments of [
    ['Going on'],
    ['Reading'],
    ['Training linear'],
    ['^ +16 '],
    ['Validation'],
    ['Validation', '^ +8 '],
  ]) {
    const { code, stderr } = await interrupted(['resume', 'cut'], cwd, ...moments)
    expect(code).toBe(130)
    expect(stderr).toMatch(/\nInterrupted; go on with:\n {2}node \S+ resume cut\n$/)
    expect(readdirSync(join(cwd, 'cut')).sort()).toEqual(waiting)
  }
  const { code, stdout, stderr } = await pixelrow(['resume', 'cut', '--quiet'], { cwd })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(
    /^\d\.\d{4} \(0\.\d{4} to \d\.\d{4}\) on 30 rows kept for validation(: few rows, so this says little)?\nThat was a first model, trained on the other 270; model\.onnx was trained again on all 300, and is not measured\ncut\/model\.onnx\n$/,
  )
  for (const name of ['model.onnx', 'history.csv']) {
    const [whole, cut] = ['whole', 'cut'].map((folder) => readFileSync(join(cwd, folder, name), 'latin1'))
    const bare = (text: string) => (name === 'model.onnx' ? text : text.replace(/,[\d.]+,(\d+)$/gm, ',$1'))
    expect(bare(cut!)).toBe(bare(whole!))
  }
  expect(readdirSync(join(cwd, 'cut')).sort()).toEqual(results.slice(0, -1))
})

test('a training without validation, which has one phase, resumes too', async () => {
  const cwd = workFolder()
  writeData(cwd, fake)
  const words = ['train', 'train.csv', '--validation', '0', '--recipe', 'mlp', '--epochs', '8', '--out']
  expect((await pixelrow([...words, 'whole'], { cwd })).code).toBe(0)
  expect((await interrupted([...words, 'cut'], cwd, '^ +3 ')).code).toBe(130)
  expect((await pixelrow(['resume', 'cut', '--quiet'], { cwd })).code).toBe(0)
  const [whole, cut] = ['whole', 'cut'].map((folder) => readFileSync(join(cwd, folder, 'model.onnx')))
  expect(cut!.equals(whole!)).toBe(true)
})

test('a checkpoint that cannot be written is said, and costs no training', async () => {
  const cwd = workFolder()
  writeData(join(cwd, 'data'), fake)
  const started = start([...args.with(4, '10000'), '--out', 'out'], { cwd })
  await started.says(/\n +1 /)
  rmSync(join(cwd, 'out'), { recursive: true })
  started.child.kill('SIGINT')
  const { code, stderr } = await started.finished
  expect(code).toBe(130)
  expect(stderr).toMatch(
    /\nNo checkpoint can be written to out \(out: cannot be written any more: it was removed, .*\)\nInterrupted; nothing was written\n$/,
  )
})

test('--json prints the same object as the whole command', async () => {
  const { cwd, whole } = await uninterrupted()
  const words = [...args, '--out', 'cut', '--json']
  const first = await interrupted(words, cwd, '^ +1 ')
  expect(JSON.parse(first.stdout).error.resume).toBe('cut')
  const { code, stdout } = await pixelrow(['resume', 'cut', '--json'], { cwd })
  expect(code).toBe(0)
  expect(stdout.split('\n')).toHaveLength(2)
  const { seconds, call: _, folder, model, submission, ...record } = parsed(stdout)
  expect({ folder, model, submission }).toEqual({
    folder: 'cut',
    model: 'cut/model.onnx',
    submission: 'cut/submission.csv',
  })
  expect({ ...record, parts: Object.keys(seconds) }).toEqual(whole.record)
})

const isFinished = / is finished: there is nothing to go on with\n/

test('killed at any moment, also in the middle of writing, it goes on from the last whole checkpoint', async () => {
  const { cwd, whole } = await uninterrupted()
  const env = { PIXELROW_CHECKPOINT_SECONDS: '0' }
  const first = start([...args, '--out', 'cut'], { cwd, env })
  await appears(join(cwd, 'cut/resume.json'), first)
  first.child.kill('SIGKILL')
  expect((await first.finished).signal).toBe('SIGKILL')
  for (const changes of [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
    const again = start(['resume', 'cut'], { cwd, env })
    let seen = 0
    const watcher = watch(join(cwd, 'cut'), () => {
      if (++seen >= changes) again.child.kill('SIGKILL')
    })
    const { code, signal, stderr } = await again.finished
    watcher.close()
    // Killed while its results were swapped in: the next command has finished that.
    if (isFinished.test(stderr)) break
    expect(stderr).not.toMatch(/Error:/)
    expect(code === 0 || signal === 'SIGKILL').toBe(true)
    if (code === 0) break
  }
  // The last kill may have come in the middle of a swap, too.
  const last = await pixelrow(['resume', 'cut'], { cwd })
  if (last.code !== 0) expect(last.stderr).toMatch(isFinished)
  expect(result(join(cwd, 'cut'))).toEqual(whole)
})

/** Changes a file of JSON. */
function edit(path: string, how: (value: Record<string, Record<string, unknown>>) => void): void {
  const value = JSON.parse(readFileSync(path, 'utf8'))
  how(value)
  writeFileSync(path, JSON.stringify(value))
}

test('what cannot go on is refused in a sentence with the fix, and the files stay', async () => {
  const base = workFolder()
  writeData(join(base, 'data'), fake)
  expect((await interrupted([...args, '--seed', '3', '--out', 'runs/1-mlp'], base, '^ +1 ')).code).toBe(130)
  const run = 'runs/1-mlp'
  const anew =
    /\nFix: .*train anew: node \S+ run --data data --epochs 60 --threads 1 --recipe mlp --seed 3\n$|\nFix: .*train anew: node \S+ run( --\S+ \S+){5}\n$/
  for (const [what, change, message, fix] of [
    [
      'a changed CSV',
      (cwd: string) => {
        const path = join(cwd, 'data/train.csv')
        writeFileSync(
          path,
          readFileSync(path, 'utf8').replace(/\na,(\d+),/, (_, pixel) => `\na,${(Number(pixel) + 1) % 16},`),
        )
      },
      /^Error: data\/train\.csv is not what the training in runs\/1-mlp began with: as many rows, but other pixels/,
      anew,
    ],
    [
      'a row less',
      (cwd: string) => {
        const path = join(cwd, 'data/train.csv')
        writeFileSync(path, readFileSync(path, 'utf8').trimEnd().split('\n').slice(0, -1).join('\n'))
      },
      /^Error: data\/train\.csv .*: 300 rows then, 299 rows now\n/,
      anew,
    ],
    [
      'no CSV',
      (cwd: string) => rmSync(join(cwd, 'data/train.csv')),
      /^Error: data\/train\.csv: no such file \(looked in \/.*data\)\nFix: /,
      /Fix/,
    ],
    [
      'a cut checkpoint',
      (cwd: string) => truncateSync(join(cwd, run, left[0]!), 1000),
      /^Error: runs\/1-mlp\/checkpoint\.safetensors is cut: expected \d+ bytes, found 1000\n/,
      anew,
    ],
    [
      'a damaged checkpoint',
      (cwd: string) => {
        const bytes = readFileSync(join(cwd, run, left[0]!))
        bytes[bytes.length - 5]! ^= 1
        writeFileSync(join(cwd, run, left[0]!), bytes)
      },
      /^Error: .*checkpoint\.safetensors is damaged\n/,
      anew,
    ],
    [
      'no checkpoint',
      (cwd: string) => rmSync(join(cwd, run, left[0]!)),
      /^Error: .*checkpoint\.safetensors is missing\n/,
      anew,
    ],
    [
      'another version',
      (cwd: string) =>
        edit(join(cwd, run, 'resume.json'), ({ versions }) => {
          versions!['@pixelrow/train'] = '0.0.9'
        }),
      /^Error: runs\/1-mlp began with @pixelrow\/train 0\.0\.9, here is 0\.1\.0, .*\nFix: install @pixelrow\/train 0\.0\.9/,
      anew,
    ],
    [
      'another format',
      (cwd: string) => edit(join(cwd, run, 'resume.json'), (record) => Object.assign(record, { format: 9 })),
      /^Error: runs\/1-mlp\/resume\.json has format 9, this version reads 2\n/,
      /\nFix: .*pixelrow 0\.1\.0\n$/,
    ],
    [
      'a damaged resume.json',
      (cwd: string) => truncateSync(join(cwd, run, 'resume.json'), 100),
      /^Error: runs\/1-mlp\/resume\.json is damaged\n/,
      /\nFix: train anew/,
    ],
    [
      'a resume.json that nobody would read to its end',
      (cwd: string) => truncateSync(join(cwd, run, 'resume.json'), 2 ** 31),
      /^Error: runs\/1-mlp\/resume\.json is damaged\n/,
      /\nFix: train anew/,
    ],
    [
      'a finished run',
      (cwd: string) => {
        for (const name of left) rmSync(join(cwd, run, name))
        writeFileSync(join(cwd, run, 'run.json'), '{}')
      },
      /^Error: runs\/1-mlp is finished/,
      /\nFix: .*--epochs\n$/,
    ],
    [
      'an empty folder',
      (cwd: string) => {
        cpSync(join(cwd, run), join(cwd, 'runs/2-mlp'), { recursive: true })
        for (const name of left) rmSync(join(cwd, run, name))
      },
      /^Error: runs\/1-mlp holds no interrupted training\n/,
      /\nFix: node \S+ resume runs\/2-mlp\n$/,
    ],
    [
      'no folder',
      (cwd: string) => rmSync(join(cwd, run), { recursive: true }),
      /^Error: runs\/1-mlp: no such folder\n/,
      /\nFix: name the folder/,
    ],
  ] as const) {
    const cwd = workFolder()
    cpSync(base, cwd, { recursive: true })
    // The paths in resume.json are those of the copy.
    edit(join(cwd, run, 'resume.json'), ({ flags }) => Object.assign(flags!, { data: join(cwd, 'data') }))
    change(cwd)
    const all = () =>
      readdirSync(cwd, { recursive: true, withFileTypes: true })
        .map(({ parentPath, name }) => join(parentPath, name))
        .sort()
    const before = all()
    const { code, stdout, stderr } = await pixelrow(['resume', run, '--quiet'], { cwd })
    expect({ what, code, stdout }).toEqual({ what, code: 1, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr).toMatch(fix)
    expect(all()).toEqual(before)
  }
})

test('a second process in the same folder does no harm', async () => {
  const { cwd, whole } = await uninterrupted()
  expect((await interrupted([...args, '--out', 'cut'], cwd, '^ +1 ')).code).toBe(130)
  const both = await Promise.all([pixelrow(['resume', 'cut'], { cwd }), pixelrow(['resume', 'cut'], { cwd })])
  expect(both.some(({ code }) => code === 0)).toBe(true)
  expect(result(join(cwd, 'cut'))).toEqual(whole)
})
