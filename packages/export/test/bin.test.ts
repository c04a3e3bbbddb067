import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, toOnnx } from '@pixelrow/export'
import { tfjsToOnnx } from '@pixelrow/export/tfjs'
import { mlp } from '@pixelrow/model'
import { read, write } from '@pixelrow/onnx'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { modelOf } from './models.ts'

const entry = fileURLToPath(new URL('../dist/bin.js', import.meta.url))
const cwd = mkdtempSync(join(tmpdir(), 'pixelrow-bin-'))

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [entry, ...args], { cwd, encoding: 'utf8' })
  return { status, stdout, stderr }
}

const bytesOf = (name: string) => new Uint8Array(readFileSync(join(cwd, name)))

beforeAll(() => {
  const shape = { height: 4, width: 4, channels: 1, channelOrder: 'interleaved' as const }
  writeFileSync(join(cwd, 'ours.onnx'), toOnnx(modelOf(mlp({ shape, maxValue: 255, classes: ['a', 'b'] }))))
  const ours = read(bytesOf('ours.onnx'))
  const external = { data_location: 1, external_data: [{ key: 'location', value: 'w.data' }] }
  const [first, ...others] = ours.graph.initializers
  const initializers = [{ ...first!, data: new Float32Array(), extra: external }, ...others]
  writeFileSync(join(cwd, 'beside.onnx'), write({ ...ours, graph: { ...ours.graph, initializers } }))
  const [relu] = ours.graph.nodes.filter(({ opType }) => opType === 'Relu')
  const nodes = ours.graph.nodes.map((node) => (node === relu ? { ...node, inputs: ['nothing'] } : node))
  writeFileSync(join(cwd, 'loose.onnx'), write({ ...ours, graph: { ...ours.graph, nodes } }))
  writeFileSync(join(cwd, 'cut.onnx'), bytesOf('ours.onnx').subarray(0, 300))
  const weights = [{ name: 'dense/kernel', shape: [4, 2], dtype: 'float32' }]
  const config = { name: 'dense', units: 2, use_bias: false, batch_input_shape: [null, 2, 2, 1] }
  const layers = [
    { class_name: 'Flatten', config: { name: 'flatten', batch_input_shape: [null, 2, 2, 1] } },
    { class_name: 'Dense', config },
  ]
  const modelTopology = { class_name: 'Sequential', config: { name: 'net', layers } }
  const json = { format: 'layers-model', modelTopology, weightsManifest: [{ paths: ['shard.bin'], weights }] }
  writeFileSync(join(cwd, 'model.json'), JSON.stringify(json))
  writeFileSync(join(cwd, 'shard.bin'), new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8).buffer))
})

afterAll(() => rmSync(cwd, { recursive: true, force: true }))

test('a model of TensorFlow.js becomes an ONNX file, the one that tfjsToOnnx gives', async () => {
  const { status, stdout, stderr } = run('model.json', '-o', 'model.onnx')
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toMatch(
    /^model.onnx: \d+ bytes, well formed by ONNX’s definitions\ninput: {2}\S+ float32\[N,2,2,1\]\noutput: \S+ float32\[N,2\]\n$/,
  )
  expect(bytesOf('model.onnx')).toEqual(await tfjsToOnnx(join(cwd, 'model.json')))
})

test('a classifier of bytes, in float16', () => {
  const args = ['--classes', 'cat,dog', '--scale', '0.01', '--offset=-1', '--precision', 'float16', '--optimize']
  expect(run('model.json', '-o', 'half.onnx', ...args).status).toBe(0)
  const { inputs, weights, metadata } = describe(bytesOf('half.onnx'))
  expect(inputs).toMatchObject([{ name: 'pixels', dataType: 'uint8' }])
  expect(weights.float16!.values).toBeGreaterThanOrEqual(8)
  expect(metadata).toMatchObject({ 'pixelrow.classes': '["cat","dog"]', 'pixelrow.precision': 'float16' })
})

test('a file of somebody else stays, and goes with --force as the message says', () => {
  writeFileSync(join(cwd, 'mine.onnx'), 'mine')
  const { status, stdout, stderr } = run('ours.onnx', '-o', 'mine.onnx')
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
  expect(stderr).toBe(
    'Error: mine.onnx: is there already and was not written by pixelrow, so it stays. ' +
      'Choose another -o, move it away, or add --force to replace it.\n',
  )
  expect(readFileSync(join(cwd, 'mine.onnx'), 'utf8')).toBe('mine')
  expect(run('ours.onnx', '-o', 'mine.onnx', '--force').status).toBe(0)
  expect(run('ours.onnx', '-o', 'mine.onnx', '--optimize').status).toBe(0)
  writeFileSync(join(cwd, 'mine.onnx'), 'edited')
  expect(run('ours.onnx', '-o', 'mine.onnx').stderr).toContain('was changed since it was written')
})

test('names in a model do nothing to the terminal', () => {
  const codes = '\u001b]0;PWNED\u0007\u202e'
  const ours = read(bytesOf('ours.onnx'))
  const inputs = ours.graph.inputs.map((input) => ({ ...input, name: codes }))
  const renamed = (names: readonly string[]) =>
    names.map((name) => (name === ours.graph.inputs[0]!.name ? codes : name))
  const nodes = ours.graph.nodes.map((node) => ({ ...node, inputs: renamed(node.inputs) }))
  writeFileSync(join(cwd, 'named.onnx'), write({ ...ours, graph: { ...ours.graph, inputs, nodes } }))
  const { status, stdout } = run('named.onnx', '-o', 'named-out.onnx')
  expect(status).toBe(0)
  expect(stdout).toContain('\\u001b]0;PWNED\\u0007\\u202e uint8')
  expect(stdout).not.toContain('\u001b')
})

test.runIf(existsSync('/dev/full'))(
  'a standard output that is full is said, one that nobody reads any more is not',
  () => {
    const shell = (line: string) => spawnSync('bash', ['-c', line], { cwd, encoding: 'utf8' })
    const command = `"${process.execPath}" "${entry}"`
    expect(shell(`${command} --help > /dev/full`)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^Error: standard output cannot be written: .*\n$/),
    })
    expect(shell(`${command} --help | true; exit \${PIPESTATUS[0]}`)).toMatchObject({ status: 0, stderr: '' })
    expect(shell(`${command} nowhere.json -o x.onnx 2> /dev/full`)).toMatchObject({ status: 1, stdout: '' })
  },
)

test('an ONNX file', () => {
  expect(run('ours.onnx', '-o', 'new/small.onnx', '--precision', 'float16').status).toBe(0)
  expect(bytesOf('new/small.onnx').length).toBeLessThan(bytesOf('ours.onnx').length)
})

test('weights beside an ONNX file go into it', () => {
  const [first] = read(bytesOf('ours.onnx')).graph.initializers
  const { buffer, byteOffset, byteLength } = first!.data as Float32Array
  writeFileSync(join(cwd, 'w.data'), new Uint8Array(buffer, byteOffset, byteLength))
  expect(run('beside.onnx', '-o', 'whole.onnx').status).toBe(0)
  rmSync(join(cwd, 'w.data'))
  const { external, weights } = describe(bytesOf('whole.onnx'))
  expect({ external, weights }).toEqual({ external: [], weights: describe(bytesOf('ours.onnx')).weights })
})

test.each<[string[], number, RegExp]>([
  [[], 2, /expected one SOURCE/],
  [['model.json'], 2, /expected -o/],
  [['model.json', '-o', 'x.onnx', '--precision', 'int8'], 2, /must be float32 or float16/],
  [['model.json', '-o', 'x.onnx', '--scale', '2'], 2, /need --classes too/],
  [['model.json', '-o', 'x.onnx', '--classes', 'a,b', '--scale', 'x'], 2, /--scale must be a number; found "x"/],
  [['model.json', '-o', 'x.onnx', '--wrong'], 2, /--wrong/],
  [['nowhere.json', '-o', 'x.onnx'], 1, /nowhere.json/],
  [['ours.onnx', '-o', './ours.onnx'], 1, /ours.onnx is read here and would be written over/],
  [['model.json', '-o', 'model.json'], 1, /model.json is read here and would be written over/],
  [['beside.onnx', '-o', 'x.onnx'], 1, /no such file.*w\.data/],
  [
    ['loose.onnx', '-o', 'x.onnx'],
    1,
    /x\.onnx: the file that came out is not sound, and not written: .*Relu.*input 0 is %nothing/,
  ],
  [['cut.onnx', '-o', 'x.onnx'], 1, /byte \d+: a length of \d+ bytes where \d+ are left/],
  [['shard.bin', '-o', 'x.onnx'], 1, /Error: /],
])('refused: %j', (args, code, message) => {
  const { status, stdout, stderr } = run(...args)
  expect({ status, stdout }).toEqual({ status: code, stdout: '' })
  expect(stderr).toMatch(message)
  expect(() => bytesOf('x.onnx')).toThrow()
})

test('--help tells all of it', () => {
  const { status, stdout } = run('--help')
  expect(status).toBe(0)
  for (const flag of ['--out', '--precision', '--force', '--optimize', '--classes', '--scale', '--offset']) {
    expect(stdout).toContain(flag)
  }
})
