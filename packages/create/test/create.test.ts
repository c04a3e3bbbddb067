import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { read, write } from '@pixelrow/onnx'
import { create, type Template, templates } from 'create-pixelrow'
import { afterAll, describe, expect, test } from 'vitest'
import { workspaces } from '../../../scripts/workspace.mjs'
import { corners, onnxOf } from '../../classifier/test/model.ts'

const command = fileURLToPath(new URL('../dist/create-pixelrow.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'pixelrow-create-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const model = join(folder, 'corners.onnx')
writeFileSync(model, onnxOf(corners))

const fresh = () => mkdtempSync(join(folder, 'place-'))
const json = (file: string) => JSON.parse(readFileSync(file, 'utf8'))

/** The command in a folder; without a terminal, as a script has it. */
function call(cwd: string, args: string[], env: Record<string, string> = {}) {
  const own = { ...process.env, npm_config_user_agent: 'npm/11.0.0 node/v20.19.0', ...env }
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
    cwd,
    encoding: 'utf8',
    env: own,
    input: '',
  })
  return { status, stdout, stderr }
}

describe.each(templates)('%s', (template) => {
  test('has the integration’s files, the model, and our packages by their version', async () => {
    const cwd = fresh()
    const { files, commands, model: described } = await create(join(cwd, 'My App'), { template, model })
    expect(
      readdirSync(join(cwd, 'My App'), { recursive: true, withFileTypes: true }).filter((e) => e.isFile()),
    ).toHaveLength(files.length)
    const at = files.find((file) => file.endsWith('model.onnx'))!
    expect(readFileSync(join(cwd, 'My App', at))).toEqual(readFileSync(model))
    expect(described).toMatchObject({ name: 'corners.onnx', description: { classes: corners.classes } })
    const { name, dependencies, scripts } = json(join(cwd, 'My App/package.json'))
    expect(name).toBe('my-app')
    expect(Object.keys(scripts)).toContain(commands[1].split(' ').at(-1))
    const own = Object.entries(dependencies).filter(([each]) => each.startsWith('@pixelrow/'))
    expect(own.length).toBeGreaterThan(0)
    for (const [each, range] of own)
      expect(range).toBe(`^${workspaces().find((workspace) => workspace.name === each)!.manifest.version}`)
    for (const file of files) expect(readFileSync(join(cwd, 'My App', file), 'utf8')).not.toMatch(/link:|\.\.\/\.\.\//)
  })
})

test('the command asks nothing where there is no terminal, and says what follows', () => {
  const cwd = fresh()
  expect(call(cwd, [])).toEqual({
    status: 0,
    stdout: `pixelrow-app: a page that classifies pictures in the browser, by Vite, with digits.onnx (10 classes, images of 28×28×1)

Next:
  cd pixelrow-app
  npm install
  npm run dev
`,
    stderr: '',
  })
  const manifest = readFileSync(join(cwd, 'pixelrow-app/package.json'), 'utf8')
  const second = call(cwd, ['-t', 'express'])
  expect(second).toMatchObject({
    status: 1,
    stderr:
      'Error: pixelrow-app: expected a new or an empty folder, found .gitignore, README.md, index.html in it. Name another one.\n',
  })
  expect(readFileSync(join(cwd, 'pixelrow-app/package.json'), 'utf8')).toBe(manifest)
})

test('pnpm gets its settings and its own words, and the folder one is in is taken where it is empty but for .git', () => {
  const cwd = fresh()
  mkdirSync(join(cwd, '.git'))
  const { stdout } = call(cwd, ['.', '--template', 'express', '--model', model], {
    npm_config_user_agent: 'pnpm/12.0.0 npm/? node/v20.19.0',
  })
  expect(stdout).toContain(
    'with corners.onnx (3 classes, images of 2×2×1)\n\nNext:\n  pnpm install\n  pnpm run start\n',
  )
  expect(readdirSync(cwd)).toContain('pnpm-workspace.yaml')
})

test('the folder of a run is its model', async () => {
  const cwd = fresh()
  mkdirSync(join(cwd, 'run'))
  writeFileSync(join(cwd, 'run/model.onnx'), readFileSync(model))
  expect((await create(join(cwd, 'app'), { model: join(cwd, 'run') })).model.name).toBe('model.onnx')
  expect(readFileSync(join(cwd, 'app/public/model.onnx'))).toEqual(readFileSync(model))
})

test('weights that lie beside a model are put inside', async () => {
  const cwd = fresh()
  const { graph, ...rest } = read(onnxOf(corners))
  const external_data = [{ key: 'location', value: 'weights.bin' }]
  const [max, weight] = graph.initializers
  const outside = { ...weight!, data: new Float32Array(), extra: { data_location: 1, external_data } }
  writeFileSync(join(cwd, 'split.onnx'), write({ ...rest, graph: { ...graph, initializers: [max!, outside] } }))
  writeFileSync(join(cwd, 'weights.bin'), new Uint8Array(corners.weight.buffer))
  await create(join(cwd, 'app'), { model: join(cwd, 'split.onnx') })
  const written = read(readFileSync(join(cwd, 'app/public/model.onnx')))
  expect(written.graph.initializers[1]!.data).toEqual(corners.weight)
  rmSync(join(cwd, 'weights.bin'))
  await expect(create(join(cwd, 'other'), { model: join(cwd, 'split.onnx') })).rejects.toMatchObject({
    code: 'FILES_SYSTEM',
    message: expect.stringContaining('weights.bin'),
  })
})

test('a model that pixelrow did not write is taken as it is', () => {
  const cwd = fresh()
  const bytes = onnxOf(corners, { metadata: {} })
  writeFileSync(join(cwd, 'plain.onnx'), bytes)
  expect(call(cwd, ['app', '-m', 'plain.onnx']).stdout).toContain(
    'with plain.onnx, of which classes and images are found out when it is loaded\n',
  )
  expect(new Uint8Array(readFileSync(join(cwd, 'app/public/model.onnx')))).toEqual(bytes)
})

/** The command at what it takes for a terminal: each answer is typed once its question is there. */
async function atTerminal(cwd: string, dialogue: [question: string, answer: string][], args: string[] = []) {
  const terminal = fileURLToPath(new URL('terminal.mjs', import.meta.url))
  const child = spawn(process.execPath, ['--import', terminal, command, ...args], { cwd })
  let said = ''
  const waiting = [...dialogue]
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
    const [question, answer] = waiting[0] ?? []
    if (question === undefined || !said.includes(question)) return
    waiting.shift()
    child.stdin.write(answer!)
    // A pipe that is left open is read from, which a terminal is not.
    if (waiting.length === 0) child.stdin.end()
  })
  if (waiting.length === 0) child.stdin.end()
  const code = await new Promise((resolve) => child.on('close', resolve))
  return { code, said, waiting }
}

test('at a terminal it asks for what the command line left out', async () => {
  const cwd = fresh()
  const answers: [string, string][] = [
    ['Folder', 'mine\r'],
    ['Starter', '\x1b[B\x1b[B\r'],
    ['Model', '\r'],
  ]
  const { code, said, waiting } = await atTerminal(cwd, answers)
  expect({ code, waiting }).toEqual({ code: 0, waiting: [] })
  expect(said).toContain('mine: a server that classifies the pictures it is sent, by Express, with digits.onnx')
  expect(readdirSync(join(cwd, 'mine'))).toContain('server.mjs')
  const some = await atTerminal(cwd, [['Model', `${model}\r`]], ['other', '-t', 'vite'])
  expect(some).toMatchObject({ code: 0, waiting: [], said: expect.stringContaining('with corners.onnx (3 classes') })
  expect((await atTerminal(cwd, [], ['third', '--yes'])).code).toBe(0)
})

test('a Ctrl-C at a question writes nothing', async () => {
  const cwd = fresh()
  const { code, said } = await atTerminal(cwd, [['Starter', '\x03']], ['mine'])
  expect(code).toBe(130)
  expect(said).toContain('Nothing was written.')
  expect(readdirSync(cwd)).toEqual([])
})

const refused: [args: string[], status: number, said: RegExp][] = [
  [['a', 'b'], 2, /^Error: expected one folder, found a, b\nTry: npm create pixelrow -- --help\n$/],
  [
    ['a', '--template', 'nexxt'],
    2,
    /^Error: --template must be vite, next, express; found "nexxt" \(did you mean next\?\)\n/,
  ],
  [['a', '--modle', 'x'], 2, /^Error: there is no option --modle \(did you mean --model\?\)\n/],
  [['a', '--model'], 2, /^Error: .*--model.* argument missing\n/],
  [['a', '--model', 'none.onnx'], 1, /^Error: none\.onnx: cannot be read: there is no such file\. Check the path\.\n$/],
  [['a', '--model', 'page.onnx'], 1, /^Error: page\.onnx: .*the file is damaged or no ONNX model\n$/],
  [
    ['a', '--model', 'empty'],
    1,
    /^Error: empty: expected an ONNX file or a run folder, found a folder without model\.onnx\.\n$/,
  ],
  [['page.onnx/x'], 1, /^Error: page\.onnx\/x: cannot be .*: .*\n$/],
]

test.each(refused)('refuses %j and writes nothing', (args, status, said) => {
  const cwd = fresh()
  mkdirSync(join(cwd, 'empty'))
  writeFileSync(join(cwd, 'page.onnx'), '<!doctype html>')
  const { stderr, ...rest } = call(cwd, args)
  expect(rest).toEqual({ status, stdout: '' })
  expect(stderr).toMatch(said)
  expect(readdirSync(cwd).sort()).toEqual(['empty', 'page.onnx'])
})

test('what cannot be written whole leaves nothing', async () => {
  const cwd = fresh()
  mkdirSync(join(cwd, 'app'))
  // The model comes last, and a path of that length ends before it: there is no room for `public/model.onnx` below, but for `main.js`.
  const room = 4095 - 'public'.length
  let deep = join(cwd, 'app')
  while (deep.length < room - 250) deep = join(deep, 'x'.repeat(200))
  deep = join(deep, 'x'.repeat(room - deep.length - 2))
  await expect(create(deep)).rejects.toMatchObject({ name: 'FileError', code: 'FILES_SYSTEM' })
  expect(readdirSync(join(cwd, 'app'))).toEqual([])
})

test('unknown and impossible options are refused by code', async () => {
  const at = join(folder, 'none')
  await expect(create(at, { templat: 'vite' } as never)).rejects.toMatchObject({
    code: 'CREATE_OPTION_UNKNOWN',
    params: { suggestion: 'template' },
  })
  await expect(create(at, { template: 'nuxt' as Template })).rejects.toMatchObject({ code: 'CREATE_OPTION_INVALID' })
  await expect(create(undefined as never)).rejects.toMatchObject({ code: 'CREATE_OPTION_INVALID' })
})
