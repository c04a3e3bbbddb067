import { recipes } from '@pixelrow/train'
import { expect, test } from 'vitest'
import { pixelrow, workFolder } from './helpers.ts'

test.each([
  '',
  '--help',
  'run --help',
  'train -h',
  'predict --help',
  'help eval',
  'resume --help',
  'export --help',
  'inspect --help',
  'playground --help',
  'data --help',
  'data describe --help',
  'data head --help',
  'data check --help',
  'data split --help',
  'data convert --help',
  'check-submission --help',
  'login --help',
  'logout --help',
  'download --help',
  'submit --help',
  'submissions --help',
  'doctor --help',
  'setup --help',
  'setup cuda --help',
  'setup tfjs --help',
])('pixelrow %s', async (line) => {
  const { code, stdout, stderr } = await pixelrow(line.split(' ').filter(Boolean))
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatchSnapshot()
})

test('the recipes that the flag takes are those of @pixelrow/train', async () => {
  const { stderr } = await pixelrow(['run', '--recipe', 'x'])
  const named = /must be one of (.*), e\.g\./.exec(stderr)?.[1]?.split(', ')
  expect(named?.sort()).toEqual(Object.keys(recipes).sort())
})

/** The modules that Node loaded for a call. */
async function modulesFor(args: string[]): Promise<string> {
  const hook = new URL('./loaded.mjs', import.meta.url).href
  return (await pixelrow(args, { cwd: workFolder(), env: { NODE_OPTIONS: `--import ${hook}` } })).stderr
}

/** The packages of this workspace and others that Node loaded for a call. */
async function loadedFor(args: string[]): Promise<string[]> {
  const modules = await modulesFor(args)
  const urls = [...modules.matchAll(/^loaded file:.*?\/(?:packages|node_modules)\/(.+)$/gm)].map(([, rest]) => rest!)
  const names = urls.map((rest) => /^(?:\.pnpm\/.*\/node_modules\/)?((?:@[^/]+\/)?[^/]+)/.exec(rest)![1]!)
  return [...new Set(names)].sort()
}

test('help and version load the parser and nothing that works', async () => {
  expect(await loadedFor(['--help'])).toEqual(['commander', 'picocolors'])
  expect(await loadedFor(['run', '--help'])).toEqual(['commander', 'picocolors'])
  expect(await loadedFor(['--version'])).toEqual(['commander', 'picocolors'])
  expect(await loadedFor(['submit', '--help'])).toEqual(['commander', 'picocolors'])
  const kaggle = await loadedFor(['logout'])
  expect(kaggle).toContain('kaggle')
  for (const name of ['data', 'train', 'export', 'infer-node']) expect(kaggle).not.toContain(name)
  expect(await loadedFor(['run', '--data', 'nowhere'])).not.toContain('kaggle')
  expect(await loadedFor(['train', 'nowhere.csv'])).toEqual(
    expect.arrayContaining(['data', 'train', 'export', 'infer-node']),
  )
})

test('a call loads the work of its command alone, help that of none', async () => {
  const works = async (args: string[]) => [...(await modulesFor(args)).matchAll(/\/dist\/run-\w+\.js$/gm)].length
  expect(await works(['--help'])).toBe(0)
  expect(await works(['train', '--help'])).toBe(0)
  expect(await works(['train'])).toBe(0)
  expect(await works(['inspect', 'nowhere.onnx'])).toBe(1)
  expect(await works(['data', 'head', 'nowhere.csv'])).toBe(1)
})

test.each<[string[], string, string?]>([
  [['rnu'], 'unknown command rnu (did you mean run?)', 'pixelrow --help'],
  [['help', 'predcit'], 'unknown command predcit (did you mean predict?)', 'pixelrow --help'],
  [['exprot', 'model.onnx'], 'unknown command exprot (did you mean export?)', 'pixelrow --help'],
  [['run', '--epoch', '3'], 'unknown option --epoch (did you mean --epochs?)', 'pixelrow run --help'],
  [['--recipe', 'linear'], '--recipe comes after a command', 'pixelrow run --recipe cnn'],
  [['run', 'digits'], 'run takes no arguments', 'pixelrow run --data digit-recognizer.zip --seed 1'],
  [['resume'], 'resume needs run-folder', 'pixelrow resume runs/3-fast'],
  [['resume', 'runs/3-mlp', '--epochs', '3'], 'resume does not take --epochs', 'pixelrow resume --help'],
  [['train'], 'train needs train.csv', 'pixelrow train train.csv -o runs/first'],
  [['eval', 'm.onnx'], 'eval needs model.onnx and labelled.csv', 'pixelrow eval runs/1-fast/model.onnx labelled.csv'],
  [['run', '--epochs'], '--epochs needs a value, e.g. --epochs 8', 'pixelrow run --help'],
  [['run', '--epochs', 'x'], '--epochs must be a number above 0 and up to 10000, e.g. --epochs 8; found "x"'],
  [['run', '--epochs', '0'], '--epochs must be a number above 0 and up to 10000, e.g. --epochs 8; found "0"'],
  [['run', '--epochs', '-1.5'], '--epochs must be a number above 0 and up to 10000, e.g. --epochs 8; found "-1.5"'],
  [['run', '--epochs', '--seed'], '--epochs must be a number above 0 and up to 10000, e.g. --epochs 8; found "--seed"'],
  [
    ['run', '--batch-size', '-1'],
    '--batch-size must be a whole number from 1 to 65536, e.g. --batch-size 128; found "-1"',
  ],
  [
    ['run', '--learning-rate', '0'],
    '--learning-rate must be a number above 0 and up to 1000, e.g. --learning-rate 0.1; found "0"',
  ],
  [
    ['run', '--learning-rate', 'Infinity'],
    '--learning-rate must be a number above 0 and up to 1000, e.g. --learning-rate 0.1; found "Infinity"',
  ],
  [['run', '--validation', '0.6'], '--validation must be a number from 0 to 0.5, e.g. --validation 0.1; found "0.6"'],
  [
    ['run', '--seed', '4294967296'],
    '--seed must be a whole number from 0 to 4294967295, e.g. --seed 1; found "4294967296"',
  ],
  [['run', '--threads', ''], '--threads must be a whole number from 1 to 256, e.g. --threads 2; found ""'],
  [
    ['run', '--recipe', 'linaer'],
    '--recipe must be one of linear, mlp, fast, cnn, best, e.g. --recipe best; found "linaer" (did you mean linear?)',
  ],
  [['run', '--precision', 'fp8'], '--precision must be one of fp32, tf32, fp16, e.g. --precision fp16; found "fp8"'],
  [['run', '--device', 'gpu'], '--device must be one of auto, cuda, webgpu, cpu, e.g. --device cpu; found "gpu"'],
  [['run', '--engine', 'x'], '--engine must be one of auto, onnxruntime, tfjs, e.g. --engine tfjs; found "x"'],
  [['data'], 'data needs a command: describe, head, check, split or convert', 'pixelrow data describe train.csv'],
  [['setup'], 'setup needs a command: cuda or tfjs', 'pixelrow setup cuda'],
  [['data', 'descibe'], 'unknown command descibe (did you mean describe?)', 'pixelrow data --help'],
  [['data', 'head'], 'data head needs file', 'pixelrow data head train.csv'],
  [['data', 'head', 'x.csv', '--epochs', '3'], 'data head does not take --epochs', 'pixelrow data head --help'],
  [['data', 'head', 'x.csv', '--row', '3'], 'unknown option --row (did you mean --rows?)', 'pixelrow data head --help'],
  [['data', 'convert', 'x.csv'], 'Where shall the table go?', 'add -o table.csv, or -o - to see it here'],
  [['data', 'convert', 'x.csv', '-o', '-'], '--json and --out - both want standard output', 'name a file'],
  [
    ['data', 'convert', 'x.csv', '-o', 'x.png'],
    '--out x.png: its name tells no format',
    'end it in .csv, .csv.gz, .idx or .idx.gz',
  ],
  [
    ['train', 't.csv', '--shape', '28'],
    '--shape must be height x width, or height x width x channels, e.g. --shape 28x28; found "28"',
  ],
  [
    ['train', 't.csv', '--max-value', '256'],
    '--max-value must be a whole number from 1 to 255, e.g. --max-value 255; found "256"',
  ],
  [
    ['train', 't.csv', '--channels', 'planer'],
    '--channels must be one of interleaved, planar, e.g. --channels planar; found "planer" (did you mean planar?)',
  ],
  [['train', 't.csv', '--drop', ''], '--drop must be a column\'s name or its place, e.g. --drop Usage; found ""'],
  [['predict', 'm.onnx', 't.csv', '--shape', '8x8'], 'predict does not take --shape', 'pixelrow predict --help'],
  [['submit'], 'submit needs submission.csv', "pixelrow submit runs/1-fast/submission.csv -m 'first try'"],
  [['submit', 's.csv'], 'submit uploads only after a yes, and there is no terminal to ask at', 'add --yes'],
  [['run', '--submit'], 'run --submit uploads only after a yes, and there is no terminal to ask at', 'add --yes'],
  [['run', '--submit', '-y'], "--submit needs Kaggle's own test.csv, not the embedded digits", 'add --kaggle'],
  [['submit', 's.csv', '-m', ' '], `--message must be a few words, e.g. --message 'mlp, seed 1'; found " "`],
  [
    ['download', '--competition', 'digit recognizer'],
    '--competition must be a competition\'s name in its address, e.g. --competition digit-recognizer; found "digit recognizer"',
  ],
  [['logout', '--competition', 'x'], 'logout does not take --competition', 'pixelrow logout --help'],
  [['run', '--yes'], 'run has no use for --yes without --submit', 'add --submit, or leave --yes away'],
  [['run', '--wait', '600'], 'run has no use for --wait without --submit', 'add --submit, or leave --wait away'],
  [
    ['run', '--competition', 'digit-recognizer'],
    'run has no use for --competition without --kaggle or --submit',
    'add --kaggle or --submit, or leave --competition away',
  ],
  [
    ['export', 'm.onnx', '-o', 'x.onnx', '--check', 't.csv'],
    'export has no use for --check without --precision',
    'add --precision int8, or leave --check away',
  ],
  [
    ['export', 'm.onnx', '-o', 'x.onnx', '--precision', 'float32', '--no-header'],
    'export has no use for --no-header without --precision',
    'add --precision int8, or leave --no-header away',
  ],
  [['playground', '--out', 'x', '--port', '1'], 'playground has no use for --port with --out', 'leave --port away'],
  [['run', '--out', ' '], '--out must be a folder\'s path, e.g. --out runs/first; found " "'],
])('%j is a usage error', async (args, message, fix) => {
  // A flag without its value would take --json for it.
  const json = args.at(-1) !== '--epochs'
  const { code, stdout, stderr } = await pixelrow(json ? [...args, '--json'] : args)
  expect({ code, stderr }).toEqual({ code: 2, stderr: `Error: ${message}\n${fix ? `Try: ${fix}\n` : ''}` })
  if (!json) return expect(stdout).toBe('')
  const { code: kind, params, ...error } = JSON.parse(stdout).error
  expect(error).toEqual({ message, ...(fix && { fix }) })
  if (message.includes(' has no use for '))
    expect({ kind, params }).toMatchObject({ kind: 'CLI_FLAG_UNUSED', params: { command: args[0] } })
})

test('predict wants to know where to write, and not two things to one place', async () => {
  const { code, stderr } = await pixelrow(['predict', 'm.onnx', 't.csv', '-o', '-', '--json'])
  expect(code).toBe(2)
  expect(stderr).toMatch(/both want standard output\nTry: /)
})

test('colour comes only where it is asked for or seen', async () => {
  const escapeCode = String.fromCharCode(27)
  expect((await pixelrow(['rnu'])).stderr).not.toContain(escapeCode)
  expect((await pixelrow(['rnu'], { env: { FORCE_COLOR: '1' } })).stderr).toContain(`${escapeCode}[31mError:`)
  expect((await pixelrow(['rnu'], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } })).stderr).not.toContain(escapeCode)
})
