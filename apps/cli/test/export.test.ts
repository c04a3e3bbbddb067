import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, fromOnnx, toFloat16, toOnnx } from '@pixelrow/export'
import { initialize, linear, mlp } from '@pixelrow/model'
import { float32, graphBuilder, read, write } from '@pixelrow/onnx'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { field, nested } from '../../../packages/onnx/test/support.ts'
import { pixelrow, writeData } from './helpers.ts'

const classes = ['ant', 'bee', 'cat']
const shape = { height: 8, width: 8, channels: 1, channelOrder: 'interleaved' as const }

/** A model of images of 8×8 as fakeTable makes them, untrained. */
function model(): Uint8Array {
  const architecture = mlp({ shape, maxValue: 16, classes }, { hidden: [12] })
  const weights = initialize(architecture, (stream, index) => ((stream * 31 + index * 17) % 97) / 97)
  return toOnnx({ architecture, weights, classes })
}

let cwd: string

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'pixelrow-export-'))
  writeData(cwd, { rows: 300, classes })
  writeFileSync(join(cwd, 'model.onnx'), model())
})

afterAll(() => rmSync(cwd, { recursive: true, force: true }))

const bytesOf = (name: string) => new Uint8Array(readFileSync(join(cwd, name)))

test.each([
  ['float16', 0.55],
  ['int8', 0.45],
] as const)('a file in %s, checked on rows, which predicts as before', async (precision, share) => {
  const out = `${precision}/small.onnx`
  const args = [
    'export',
    'model.onnx',
    '-o',
    out,
    '--precision',
    precision,
    '--check',
    'train.csv',
    '--max-loss',
    '0.05',
  ]
  const { code, stdout, stderr } = await pixelrow(args, { cwd })
  expect({ code, stderr }).toEqual({ code: 0, stderr: 'Reading train.csv\n' })
  expect(stdout).toMatch(
    new RegExp(
      `^${out}: \\d kB, ${precision}; 5 kB in float32\naccuracy 0\\.\\d{4} \\(0\\.\\d{4} to 0\\.\\d{4}\\) on 300 rows of train.csv(: few rows, so this says little)?, 0\\.\\d{4} \\(0\\.\\d{4} to 0\\.\\d{4}\\) before; (\\d+ rows? changed the|no row changed its) class\n$`,
    ),
  )
  const { weights } = describe(bytesOf('model.onnx'))
  const small = Object.values(describe(bytesOf(out)).weights).reduce((sum, { bytes }) => sum + bytes, 0)
  expect(small / weights.float32!.bytes).toBeLessThan(share)
  const predicted = await pixelrow(['predict', out, 'test.csv', '-o', '-'], { cwd })
  expect(predicted.code).toBe(0)
  expect(predicted.stdout.split('\n').length).toBe(102)
})

test('--json tells what it costs, and other forms of input', async () => {
  const args = [
    'export',
    'model.onnx',
    '-o',
    'i.onnx',
    '--precision',
    'int8',
    '--check',
    'test.csv',
    '--input',
    'image',
  ]
  const { code, stdout } = await pixelrow([...args, '--json', '--max-loss', '1'], { cwd })
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    source: 'model.onnx',
    model: 'i.onnx',
    precision: 'int8',
    bytes: { after: bytesOf('i.onnx').length },
    inputs: [{ name: 'pixels', dataType: 'uint8', dims: ['N', 8, 8, 1] }],
    rows: 100,
    checkedOn: 'test.csv',
    changed: expect.any(Array),
    loss: expect.any(Number),
  })
})

/** A classifier of images of 8×8×1 as tfjs saves it. */
function tfjsModel(folder: string) {
  mkdirSync(join(cwd, folder), { recursive: true })
  const layer = (class_name: string, config: object) => ({ class_name, config })
  const layers = [
    layer('Flatten', { name: 'flatten', batch_input_shape: [null, 8, 8, 1], dtype: 'float32' }),
    layer('Dense', { name: 'dense', units: 3, activation: 'softmax', use_bias: true }),
  ]
  const weights = [
    { name: 'dense/kernel', shape: [64, 3], dtype: 'float32' },
    { name: 'dense/bias', shape: [3], dtype: 'float32' },
  ]
  const modelTopology = { class_name: 'Sequential', config: { name: 'net', layers } }
  const json = { format: 'layers-model', modelTopology, weightsManifest: [{ paths: ['shard.bin'], weights }] }
  writeFileSync(join(cwd, folder, 'model.json'), JSON.stringify(json))
  const values = Float32Array.from({ length: 64 * 3 + 3 }, (_, at) => Math.sin(at))
  writeFileSync(join(cwd, folder, 'shard.bin'), new Uint8Array(values.buffer))
}

test('a model of TensorFlow.js becomes an ONNX file, also a classifier of bytes, also in int8', async () => {
  tfjsModel('tfjs')
  const plain = await pixelrow(['export', 'tfjs/model.json', '-o', 'tfjs.onnx'], { cwd })
  expect(plain).toMatchObject({ code: 0, stdout: 'tfjs.onnx: 1 kB\n', stderr: '' })
  expect(describe(bytesOf('tfjs.onnx')).inputs).toMatchObject([{ dataType: 'float32', dims: ['N', 8, 8, 1] }])
  const classifier = ['--classes', 'ant,bee,cat', '--scale', '0.1', '--offset', '-1']
  const small = ['--precision', 'int8', '--check', 'train.csv', '--max-loss', '0.1']
  const { code, stdout } = await pixelrow(['export', 'tfjs', '-o', 'bytes.onnx', ...classifier, ...small], { cwd })
  expect(code).toBe(0)
  expect(stdout).toMatch(
    /^bytes.onnx: \d kB, int8; .*\naccuracy 0\.\d{4} \(0\.\d{4} to 0\.\d{4}\) on 300 rows of train.csv/,
  )
  expect(describe(bytesOf('bytes.onnx')).inputs).toMatchObject([{ name: 'pixels', dataType: 'uint8' }])
})

test('a loss beyond the bound is refused, and nothing is written', async () => {
  // The third class has a fifth of a step of int8 more than the first: it wins in float32 alone.
  const architecture = linear({ shape, maxValue: 16, classes })
  const [weight, bias] = [new Float32Array(64 * 3).fill(0.5), new Float32Array(3)]
  weight.set([1, 0, 1])
  for (let at = 5; at < weight.length; at += 3) weight[at] = 0.503
  const weights = { '1.weight': { dims: [64, 3], data: weight }, '1.bias': { dims: [3], data: bias } }
  writeFileSync(join(cwd, 'close.onnx'), toOnnx({ architecture, weights, classes }))
  const args = ['export', 'close.onnx', '-o', 'refused.onnx', '--precision', 'int8', '--check', 'test.csv']
  const { code, stdout, stderr } = await pixelrow([...args, '--max-loss', '0'], { cwd })
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(
    /^Reading test.csv\nError: int8 loses too much: (0\.\d{4}|1\.0000) of 100 rows change their class; at most 0 was/,
  )
  expect(existsSync(join(cwd, 'refused.onnx'))).toBe(false)
})

test('a run’s folder knows its rows', async () => {
  const run = await pixelrow(['train', 'train.csv', '--recipe', 'mlp', '--epochs', '2', '-o', 'run'], { cwd })
  expect(run.code).toBe(0)
  const { stdout, code } = await pixelrow(['export', 'run', '-o', 'of-run.onnx', '--precision', 'int8'], { cwd })
  expect(code).toBe(0)
  expect(stdout).toContain('on 300 rows of train.csv')
})

/** The model with its first weights in a file of that name. */
function keptAt(location: string): Uint8Array {
  const given = read(model())
  const external = { data_location: 1, external_data: [{ key: 'location', value: location }] }
  const [first, ...others] = given.graph.initializers
  const initializers = [{ ...first!, data: new Float32Array(), extra: external }, ...others]
  return write({ ...given, graph: { ...given.graph, initializers } })
}

test('weights beside a model, as PyTorch’s exporter writes them, go into the one file that comes out', async () => {
  const [first] = read(model()).graph.initializers
  const { buffer, byteOffset, byteLength } = first!.data as Float32Array
  writeFileSync(join(cwd, 'pytorch.onnx.data'), new Uint8Array(buffer, byteOffset, byteLength))
  writeFileSync(join(cwd, 'pytorch.onnx'), keptAt('pytorch.onnx.data'))
  const whole = await pixelrow(['export', 'pytorch.onnx', '-o', 'whole.onnx'], { cwd })
  expect(whole).toMatchObject({
    code: 0,
    stderr: 'pytorch.onnx: its weights in pytorch.onnx.data go into the file\n',
  })
  expect(describe(bytesOf('whole.onnx'))).toMatchObject({ external: [], weights: describe(model()).weights })
  const small = ['--precision', 'float16', '--check', 'train.csv', '--max-loss', '0.05']
  expect(await pixelrow(['export', 'pytorch.onnx', '-o', 'half.onnx', ...small], { cwd })).toMatchObject({ code: 0 })
  expect(describe(bytesOf('half.onnx')).weights).toEqual(describe(toFloat16(model())).weights)
})

test('a file that onnxruntime cannot use is not written, and the one that was there stays', async () => {
  const g = graphBuilder('own', { infer: { 'mine:Twice': ([x]) => [{ dataType: x!.dataType, dims: x!.dims }] } })
  g.output(g.op('Twice', [g.input('x', 'float32', ['N', 2])], {}, { domain: 'mine' }), 'y')
  writeFileSync(join(cwd, 'own.onnx'), write({ irVersion: 8, opsets: { '': 17, mine: 1 }, graph: g.build() }))
  writeFileSync(join(cwd, 'earlier.onnx'), 'what was there before')
  const words = ['export', 'own.onnx', '-o', 'earlier.onnx', '--force']
  const { code, stdout, stderr } = await pixelrow(words, { cwd })
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(
    /^Error: earlier\.onnx: onnxruntime cannot use the file that came out, and it is not written: .*mine/,
  )
  expect(readFileSync(join(cwd, 'earlier.onnx'), 'utf8')).toBe('what was there before')
  const asked = await pixelrow([...words, '--json'], { cwd })
  expect(JSON.parse(asked.stdout).error).toMatchObject({
    code: 'CLI_MODEL_UNUSABLE',
    params: { file: 'earlier.onnx', reason: expect.stringContaining('mine') },
  })
})

test('a file that loads and then fails on its own sizes is not written either', async () => {
  const g = graphBuilder('sizes')
  const x = g.input('x', 'float32', ['N', 6])
  const shape = { dataType: 'int64' as const, dims: [2], data: BigInt64Array.of(-1n, 4n) }
  const types = [{ dataType: 'float32', dims: ['M', 4] }] as const
  g.output(g.op('Reshape', [x, g.constant(shape)], {}, { types }), 'y')
  writeFileSync(join(cwd, 'sizes.onnx'), write({ irVersion: 8, opsets: { '': 17 }, graph: g.build() }))
  const { code, stderr } = await pixelrow(['export', 'sizes.onnx', '-o', 'x.onnx'], { cwd })
  expect(code).toBe(1)
  expect(stderr).toContain('cannot use the file that came out')
  expect(existsSync(join(cwd, 'x.onnx'))).toBe(false)
})

test('a run that was told its label column is checked on its rows without being told again', async () => {
  const lines = readFileSync(join(cwd, 'train.csv'), 'utf8').trim().split('\n')
  // The labels last, under a name that nobody would guess.
  const moved = lines.map((line, at) => {
    const [label, ...pixels] = line.split(',')
    return [...pixels, at === 0 ? 'species' : label].join(',')
  })
  writeFileSync(join(cwd, 'species.csv'), moved.join('\n'))
  const trained = ['train', 'species.csv', '--label', 'species', '--recipe', 'linear', '--epochs', '1', '-o', 'species']
  expect(await pixelrow(trained, { cwd })).toMatchObject({ code: 0 })
  const record = JSON.parse(readFileSync(join(cwd, 'species/run.json'), 'utf8'))
  expect(record.reading).toEqual({ label: 'species' })
  const args = ['export', 'species', '-o', 'species16.onnx', '--precision', 'float16', '--max-loss', '1']
  const { code, stdout } = await pixelrow(args, { cwd })
  expect(code).toBe(0)
  expect(stdout).toMatch(/accuracy \d\.\d{4} \(.*\) on 300 rows of species\.csv, on which it was trained, /)
})

test('a training whose file computes something else than its weights fails, and leaves no model', async () => {
  const hook = new URL('./altered.mjs', import.meta.url).href
  const args = ['train', 'train.csv', '--recipe', 'linear', '--epochs', '1', '-o', 'altered']
  const { code, stdout, stderr } = await pixelrow(args, { cwd, env: { NODE_OPTIONS: `--import ${hook}` } })
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(
    /Error: The exported model disagrees with the trained weights: \d+ rows? of 300 in another class/,
  )
  expect(stderr).not.toContain('agrees with the trained weights\n')
  expect(existsSync(join(cwd, 'altered/model.onnx'))).toBe(false)
})

test('the classes of --check meet the model’s by their texts', async () => {
  writeData(join(cwd, 'moved'), { rows: 60, classes: ['cat', 'ant', 'bee'] })
  writeData(join(cwd, 'strange'), { rows: 60, classes: ['ant', 'bee', 'dog'] })
  const args = ['export', 'model.onnx', '-o', 'checked.onnx', '--precision', 'int8', '--max-loss', '1', '--check']
  const accuracyOf = async (command: string[]) => {
    const { stdout } = await pixelrow([...command, '--json'], { cwd })
    return JSON.parse(stdout).accuracy
  }
  const { before } = await accuracyOf([...args, 'moved/train.csv'])
  expect(before).toBe(await accuracyOf(['eval', 'model.onnx', 'moved/train.csv']))
  const { code, stderr } = await pixelrow([...args, 'strange/train.csv'], { cwd })
  expect(code).toBe(1)
  expect(stderr).toMatch(/dog/)
})

const hostile = {
  'beside.onnx': keptAt('w.data'),
  'outside.onnx': keptAt('../w.data'),
  'deep.onnx': nested(10_000),
  'wrong.onnx': field(7, [0x0d, 1, 2, 3, 4]),
  'odd.json': new TextEncoder().encode('{}'),
}

test.each<[string[], RegExp, string?]>([
  [['export', 'model.onnx'], /Where shall the model go\?/, 'pixelrow'],
  [['export', 'nowhere', '-o', 'x.onnx'], /nowhere: no such file/],
  [['export', 'train.csv', '-o', 'x.onnx'], /train.csv: expected an ONNX file/],
  [['export', 'run.zip', '-o', 'x.onnx'], /run.zip: no such file/],
  [['export', 'model.onnx', '-o', 'x.onnx', '--classes', 'a,b'], /are for models of TensorFlow.js/],
  [['export', 'empty', '-o', 'x.onnx', '--scale', '2'], /which needs its classes too/],
  [['export', 'model.onnx', '-o', 'model.onnx'], /model.onnx is read here and would be written over/],
  [['export', 'model.onnx', '-o', 'x.onnx', '--precision', 'int8'], /int8 needs rows of pixels/],
  [['export', 'model.onnx', '-o', 'x.onnx', '--precision', 'int4'], /must be one of float32, float16, int8/],
  [['export', 'odd.json', '-o', 'odd.json'], /odd.json is read here and would be written over/],
  [
    ['export', 'beside.onnx', '-o', 'x.onnx'],
    /beside.onnx: its weights are in w.data, and there is no such file \(looked for w.data\)\nFix: put it beside the model/,
  ],
  [
    ['export', 'outside.onnx', '-o', 'x.onnx'],
    /outside.onnx: byte \d+: weights in "..\/w.data", which is outside the model’s folder; refused/,
  ],
  [['inspect', 'outside.onnx'], /outside.onnx: byte \d+: weights in "..\/w.data"/],
  [['export', 'deep.onnx', '-o', 'x.onnx'], /deep.onnx: byte \d+: messages nested deeper than 100/],
  [['inspect', 'deep.onnx'], /deep.onnx: byte \d+: messages nested deeper than 100/],
  [['inspect', 'wrong.onnx'], /wrong.onnx: byte 3: GraphProto.node has wire type 5, expected 2/],
  [['predict', 'outside.onnx', 'test.csv', '-o', 'x.csv'], /outside.onnx: byte \d+: weights in/],
  [['predict', 'deep.onnx', 'test.csv', '-o', 'x.csv'], /deep.onnx: byte \d+: messages nested deeper than 100/],
  [['export', 'cut.onnx', '-o', 'x.onnx'], /cut.onnx: byte \d+: .*; the file is damaged or no ONNX model/],
  [['inspect', 'cut.onnx'], /cut.onnx: byte \d+: /],
  [['inspect', 'train.csv'], /train.csv: byte \d+: /],
])('refused: %j', async (args, message) => {
  writeFileSync(join(cwd, 'cut.onnx'), model().subarray(0, 1500))
  for (const [name, bytes] of Object.entries(hostile)) writeFileSync(join(cwd, name), bytes)
  mkdirSync(join(cwd, 'empty'), { recursive: true })
  const { code, stdout, stderr } = await pixelrow(args, { cwd })
  expect(code).toBeGreaterThan(0)
  expect(stdout).toBe('')
  expect(stderr).toMatch(message)
  expect(existsSync(join(cwd, 'x.onnx'))).toBe(false)
})

test('--json has the byte where a file is damaged', async () => {
  writeFileSync(join(cwd, 'cut.onnx'), model().subarray(0, 1500))
  const { stdout } = await pixelrow(['inspect', 'cut.onnx', '--json'], { cwd })
  expect(JSON.parse(stdout).error).toMatchObject({ file: 'cut.onnx', offset: expect.any(Number) })
})

test('inspect shows what goes in, what comes out and what is inside', async () => {
  mkdirSync(join(cwd, 'folder'), { recursive: true })
  writeFileSync(join(cwd, 'folder/model.onnx'), model())
  const { stdout, stderr } = await pixelrow(['inspect', 'folder'], { cwd })
  expect(stderr).toBe('')
  expect(
    stdout.replace(join('folder', 'model.onnx'), 'folder/model.onnx'),
  ).toBe(`folder/model.onnx: 5 kB, IR 8, operator set 17, written by pixelrow
input   pixels         uint8    [N, 64]
output  probabilities  float32  [N, 3]
output  label          int64    [N]
weights  820 float32 (3 kB)

7 operators
ArgMax   1
Cast     1
Gemm     2
Mul      1
Relu     1
Softmax  1

metadata
pixelrow.format        1
pixelrow.architecture  {"input":{"shape":{"height":8,"width":8,"channels":1,"channelOrder":"interleaved"},"maxValue":16…
pixelrow.parameters    ["1.weight","1.bias","3.weight","3.bias"]
pixelrow.classes       ["ant","bee","cat"]
pixelrow.shape         {"height":8,"width":8,"channels":1,"channelOrder":"interleaved"}
pixelrow.max_value     16
`)
  const json = await pixelrow(['inspect', 'folder/model.onnx', '--json'], { cwd })
  expect(JSON.parse(json.stdout)).toEqual({ file: 'folder/model.onnx', ...describe(model()) })
})

test('in a narrow terminal inspect wraps at words, and its tables end at the edge', async () => {
  writeFileSync(join(cwd, 'narrow.onnx'), toFloat16(toOnnx(fromOnnx(model()), { input: 'image' })))
  const NODE_OPTIONS = `--import ${new URL('./narrow.mjs', import.meta.url).href}`
  const { stdout } = await pixelrow(['inspect', 'narrow.onnx'], { cwd, env: { NODE_OPTIONS, NO_COLOR: '1' } })
  const lines = stdout.split('\n')
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60)
  expect(lines.slice(0, 2)).toEqual(['narrow.onnx: 3 kB, IR 8, operator set 17, written by', 'pixelrow'])
})

test('names in a file that would command a terminal are shown as text', async () => {
  const g = graphBuilder('odd')
  const x = g.input('\u001b[31mred\u202e', 'float32', ['N', ''])
  g.output(g.op('Relu', [g.op('Mul', [x, g.constant(float32(2))])]), 'out\nput')
  const file = write({ irVersion: 8, opsets: { '': 17 }, graph: g.build(), metadata: { '\u0007': '\r' } })
  writeFileSync(join(cwd, 'odd.onnx'), file)
  const { stdout } = await pixelrow(['inspect', 'odd.onnx'], { cwd })
  expect(stdout).toContain('\\u001b[31mred\\u202e')
  expect(stdout).toContain('out\\u000aput')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not be there.
  expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202e]/)
})
