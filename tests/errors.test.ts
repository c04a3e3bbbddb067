import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { afterAll, describe, expect, test } from 'vitest'
import { declaredErrors, errorsPage, sourcesIn } from '../scripts/errors.mjs'
import { root } from '../scripts/workspace.mjs'

const folder = mkdtempSync(join(tmpdir(), 'pixelrow-errors-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** What a package exports. */
type Exports = Record<string, (...values: unknown[]) => unknown>

/** For each package its class of errors, and a call that fails. */
const failing: Record<string, { error: string; call: (exports: Exports) => unknown }> = {
  files: { error: 'FileError', call: ({ readZip }) => readZip!(Uint8Array.of(1, 2, 3)) },
  worker: { error: 'WorkerError', call: ({ startHost }) => startHost!('', { nme: 'x' }) },
  pixels: { error: 'PixelsError', call: ({ prepare }) => prepare!({}, {}) },
  onnx: { error: 'OnnxError', call: ({ read }) => read!(Uint8Array.of(1, 2, 3)) },
  model: { error: 'ModelError', call: ({ parseArchitecture }) => parseArchitecture!('{') },
  data: { error: 'DataError', call: ({ parseShape }) => parseShape!('28') },
  devices: { error: 'SetupError', call: ({ builtTfjs }) => builtTfjs!({ csh: '' }) },
  train: { error: 'TrainError', call: ({ sgd }) => sgd!({ momentun: 0.9 }) },
  export: { error: 'ExportError', call: ({ fromOnnx }) => fromOnnx!('no bytes') },
  classifier: { error: 'ClassifierError', call: ({ describeModel }) => describeModel!(Uint8Array.of(1, 2, 3)) },
  kaggle: { error: 'KaggleError', call: ({ connect }) => connect!({ tokn: '' }) },
  create: { error: 'CreateError', call: ({ create }) => create!('app', { templat: 'vite' }) },
}

const packages = Object.entries(failing)

async function failureOf(exports: Exports, name: string): Promise<Error> {
  try {
    await failing[name]!.call(exports)
  } catch (error) {
    return error as Error
  }
  throw new Error(`the call of ${name} did not fail`)
}

const classOf = (exports: Exports, name: string) => exports[name] as never as new () => Error

/** Both builds of a package, as an ES module and as CommonJS load them. */
async function copiesOf(name: string): Promise<{ esm: Exports; cjs: Exports }> {
  const dist = join(root, 'packages', name, 'dist')
  const require = createRequire(import.meta.url)
  return { esm: await import(pathToFileURL(join(dist, 'index.js')).href), cjs: require(join(dist, 'index.cjs')) }
}

/** A package with all it depends on in one minified file, as an app's bundler makes it. */
async function minified(name: string): Promise<Exports> {
  const outfile = join(folder, `${name}.mjs`)
  const js = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)"
  await build({
    entryPoints: [join(root, 'packages', name, 'dist/index.js')],
    outfile,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    banner: { js },
    logLevel: 'error',
    external: ['onnxruntime-node', 'sharp', '@tensorflow/*'],
  })
  return import(pathToFileURL(outfile).href)
}

describe.each(packages)('%s', (name, { error: kind }) => {
  test(`${kind} is told by instanceof and name, whichever copy of the package made it`, async () => {
    const { esm, cjs } = await copiesOf(name)
    const copies = [esm, cjs, await minified(name)]
    expect(new Set(copies.map((copy) => copy[kind])).size).toBe(3)
    for (const made of copies) {
      const error = await failureOf(made, name)
      expect(error).toMatchObject({ name: kind, code: expect.any(String), params: expect.any(Object) })
      for (const asked of copies) expect(error instanceof classOf(asked, kind)).toBe(true)
      expect(error instanceof Error).toBe(true)
    }
    for (const asked of copies) expect(new Error('another') instanceof classOf(asked, kind)).toBe(false)
  })

  test('the error of another package is none of this one', async () => {
    const other = name === 'data' ? 'model' : 'data'
    const error = await failureOf((await copiesOf(other)).esm, other)
    expect(error instanceof classOf((await copiesOf(name)).esm, kind)).toBe(false)
  })
})

test("Kaggle's errors of one kind are no others, and all are KaggleErrors", async () => {
  const { esm, cjs } = await copiesOf('kaggle')
  const unknown = await failureOf(cjs, 'kaggle')
  const NotSignedIn = esm.NotSignedInError as never as new (lookedIn: string[]) => Error
  const signedOut = new NotSignedIn(['KAGGLE_API_TOKEN'])
  expect(signedOut).toMatchObject({ name: 'NotSignedInError', code: 'KAGGLE_NOT_SIGNED_IN' })
  for (const copy of [esm, cjs]) {
    const is = (error: Error, kind: string) => error instanceof classOf(copy, kind)
    expect([is(unknown, 'KaggleError'), is(unknown, 'NotSignedInError')]).toEqual([true, false])
    expect([is(signedOut, 'KaggleError'), is(signedOut, 'NotSignedInError')]).toEqual([true, true])
    expect(is(signedOut, 'ServiceError')).toBe(false)
  }
})

test('docs/errors.md is what the packages declare', () => {
  expect(readFileSync(join(root, 'docs/errors.md'), 'utf8')).toBe(errorsPage())
})

describe.each(declaredErrors())('$name', ({ folder: at, codes }) => {
  test('says of every code what it means, declares none twice, and throws each', () => {
    expect(codes.filter(({ meaning }) => meaning === '').map(({ code }) => code)).toEqual([])
    expect(new Set(codes.map(({ code }) => code)).size).toBe(codes.length)
    const declaring = new Set(codes.map(({ source }) => join(root, source)))
    // What infer-node and infer-web throw is the classifier's.
    const sharing = at === 'packages/classifier' ? ['packages/infer-node', 'packages/infer-web'] : []
    const files = [at, ...sharing].flatMap((each) => sourcesIn(join(root, each, 'src')))
    const text = files.map((file) => readFileSync(file, 'utf8')).join('\n')
    const uses = (code: string) => text.split(`'${code}'`).length - 1
    const own = [...declaring].map((file) => readFileSync(file, 'utf8')).join('\n')
    const declared = (code: string) => (own.includes(`| '${code}'`) ? 1 : 0)
    const isOption = (code: string) => /_OPTION_(UNKNOWN|INVALID)$/.test(code)
    const template = new RegExp(`\`${codes[0]!.code.split('_')[0]}_\\$\\{code\\}\``)
    const unused = codes.filter(({ code }) =>
      isOption(code) ? !template.test(text) && uses(code) === declared(code) : uses(code) === declared(code),
    )
    expect(unused.map(({ code }) => code)).toEqual([])
  })
})
