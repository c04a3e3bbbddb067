import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { all, here, repack } from '../../../scripts/runtime/repack.mjs'
import { root, workspaces } from '../../../scripts/workspace.mjs'
import { corners, onnxOf } from '../../classifier/test/model.ts'

const base = realpathSync(mkdtempSync(join(tmpdir(), 'pixelrow-runtime-')))
afterAll(() => rmSync(base, { recursive: true, force: true }))

const packageOf = (name: string, from: string) =>
  dirname(dirname(createRequire(join(root, from, 'package.json')).resolve(name)))
const sources = {
  node: packageOf('onnxruntime-node', 'packages/runtime'),
  web: packageOf('onnxruntime-web', 'packages/infer-web'),
}
const common = packageOf('onnxruntime-common', 'packages/runtime')

let count = 0
let app: string
/** An application as an installer leaves it, with nothing but our packages. */
beforeEach(() => {
  app = join(base, String(count++))
  mkdirSync(join(app, 'node_modules/@pixelrow'), { recursive: true })
  for (const { name, folder } of workspaces().filter(({ name }) => name.startsWith('@pixelrow/'))) {
    const to = join(app, 'node_modules', name)
    cpSync(join(root, folder, 'package.json'), join(to, 'package.json'))
    cpSync(join(root, folder, 'dist'), join(to, 'dist'), { recursive: true })
  }
  writeFileSync(join(app, 'package.json'), '{ "name": "app", "version": "9.9.9" }')
  writeFileSync(join(app, 'model.onnx'), onnxOf(corners))
  link('onnxruntime-common', join(common, '..'))
})

const link = (name: string, to: string) => symlinkSync(to, join(app, 'node_modules', name), 'junction')

/** Runs a module in the application, on a machine that may have musl in place of glibc; what it prints, as JSON. */
function run(script: string, { musl = false } = {}) {
  const head = musl ? `process.report.getReport = () => ({ header: {} });` : ''
  const args = ['--input-type=module', '-e', head + script]
  return JSON.parse(execFileSync(process.execPath, args, { cwd: app, encoding: 'utf8' }))
}

const find = (options?: { musl: boolean }) =>
  run(
    `
    const { findRuntime, explainSearch } = await import('@pixelrow/runtime/find')
    const search = findRuntime()
    console.log(JSON.stringify({ ...search, why: explainSearch(search) }))`,
    options,
  )

const classify = (options?: { musl: boolean }) =>
  run(
    `
    const { load } = await import('@pixelrow/infer-node')
    try {
      const classifier = await load('model.onnx')
      const { label } = await classifier.classify(Uint8Array.of(1, 16, 8, 0))
      console.log(JSON.stringify({ label, device: classifier.device, attempts: classifier.attempts }))
      await classifier.close()
    } catch ({ code, message }) {
      console.log(JSON.stringify({ code, message }))
    }`,
    options,
  )

const installOwn = (platform = here!) =>
  repack(platform, sources, join(app, 'node_modules/@pixelrow', `runtime-${platform.platform}`))

test('an application’s own onnxruntime-node of a version that fits is taken', () => {
  installOwn()
  link('onnxruntime-node', sources.node)
  expect(find()).toMatchObject({ found: { name: 'onnxruntime-node', kind: 'native' }, passedOver: [] })
})

test('one of another version is passed over, and that is said', () => {
  installOwn()
  const other = join(app, 'node_modules/onnxruntime-node')
  mkdirSync(other)
  writeFileSync(join(other, 'package.json'), '{ "name": "onnxruntime-node", "version": "1.19.2", "main": "index.js" }')
  writeFileSync(join(other, 'index.js'), 'throw new Error("not to be loaded")')
  const { found, passedOver } = find()
  expect(found).toMatchObject({ name: `@pixelrow/runtime-${here!.platform}`, kind: 'native', version: '1.30.0' })
  expect(passedOver).toEqual([
    {
      name: 'onnxruntime-node',
      version: '1.19.2',
      reason: `is there in version 1.19.2, and 1.30 is needed (${join(other, 'index.js')})`,
    },
  ])
  expect(classify()).toMatchObject({ label: 'right', device: 'cpu' })
})

test('pixelrow doctor says which onnxruntime it passes over', () => {
  installOwn()
  const command = join(app, 'node_modules/pixelrow')
  for (const name of ['package.json', 'dist'])
    cpSync(join(root, 'apps/cli', name), join(command, name), {
      recursive: true,
      filter: (path) => basename(path) !== 'playground',
    })
  for (const name of ['commander', 'picocolors']) link(name, realpathSync(join(root, 'apps/cli/node_modules', name)))
  const other = join(app, 'node_modules/onnxruntime-node')
  mkdirSync(other)
  writeFileSync(join(other, 'package.json'), '{ "name": "onnxruntime-node", "version": "1.19.2", "main": "index.js" }')
  writeFileSync(join(other, 'index.js'), '')
  const args = [join(command, 'dist/pixelrow.js'), 'doctor']
  const said = execFileSync(process.execPath, args, { cwd: app, encoding: 'utf8' }).replaceAll(/\s+/g, ' ')
  expect(said).toContain(`@pixelrow/runtime-${here!.platform} 1.30.0`)
  expect(said).toContain('onnxruntime-node is there in version 1.19.2, and 1.30 is needed')
})

test('this platform’s package alone runs models, and has the names of onnxruntime-node', () => {
  installOwn()
  expect(classify()).toMatchObject({ label: 'right', device: 'cpu' })
  const names = run(`console.log(JSON.stringify(Object.keys(await import('@pixelrow/runtime'))))`)
  const theirs = Object.keys(createRequire(import.meta.url)('onnxruntime-node'))
  expect(names.sort()).toEqual(theirs.sort())
})

test('where onnxruntime has no binary, its WebAssembly infers, and the classifier says so', () => {
  installOwn(all.find(({ platform }) => platform === `linux-${process.arch}-musl`))
  expect(find({ musl: true }).found).toMatchObject({ kind: 'wasm', version: '1.30.0' })
  expect(classify({ musl: true })).toEqual({
    label: 'right',
    device: 'wasm',
    attempts: [
      { device: 'cpu', error: expect.stringMatching(/^onnxruntime has no binary for \S+ on musl$/), code: 'missing' },
    ],
  })
})

test('training says that it needs the native library', () => {
  installOwn(all.find(({ platform }) => platform === `linux-${process.arch}-musl`))
  const script = `
    process.report.getReport = () => ({ header: {} })
    const { fit } = await import('@pixelrow/train')
    const { linear } = await import('@pixelrow/model')
    const shape = { height: 2, width: 2, channels: 1, channelOrder: 'interleaved' }
    const table = { rows: 2, shape, pixels: new Uint8Array(8), maxValue: 255, labels: Uint16Array.of(0, 1), classes: ['a', 'b'] }
    try { await fit(linear(table), table, { epochs: 1 }) } catch ({ code, message }) { console.log(JSON.stringify({ code, message })) }`
  expect(run(script)).toMatchObject({
    code: 'TRAIN_ENGINE_UNAVAILABLE',
    message: expect.stringMatching(
      /Training needs onnxruntime's native library\. onnxruntime has no binary for .*only infers/,
    ),
  })
})

test('without any, both places are named with what went wrong there', () => {
  const name = `@pixelrow/runtime-${here!.platform}`
  expect(find()).toEqual({
    passedOver: [
      { name: 'onnxruntime-node', reason: 'is not installed' },
      { name, reason: 'is not installed' },
    ],
    why: `onnxruntime-node is not installed; ${name} is not installed`,
  })
  expect(classify()).toMatchObject({
    code: 'CLASSIFIER_RUNTIME_MISSING',
    message: expect.stringContaining(`${name} is not installed. Install it again: npm i @pixelrow/infer-node`),
  })
})

test('a package that is there and cannot be resolved is not called missing', () => {
  const broken = join(app, 'node_modules/onnxruntime-node')
  mkdirSync(broken)
  writeFileSync(join(broken, 'package.json'), '{ "name": "onnxruntime-node", "exports": { "./other": "./other.js" } }')
  expect(find().passedOver[0]).toEqual({
    name: 'onnxruntime-node',
    reason: expect.stringMatching(/^cannot be resolved: No "exports" main defined/),
  })
})

test('nor is a package of which files are missing', () => {
  const broken = join(app, 'node_modules/onnxruntime-node')
  mkdirSync(broken)
  writeFileSync(join(broken, 'package.json'), '{ "name": "onnxruntime-node", "main": "index.js" }')
  expect(find().passedOver[0]).toEqual({
    name: 'onnxruntime-node',
    reason: expect.stringContaining(`cannot be resolved: Cannot find module '${join(broken, 'index.js')}'`),
  })
})

describe('a repacked package', () => {
  test.each(all.map((platform) => [platform.platform, platform] as const))(
    '%s has its binaries, the notices and no scripts',
    (name, platform) => {
      const folder = join(base, name)
      repack(platform, sources, folder)
      const { scripts, os, cpu, libc, dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
      expect({ scripts, os, cpu, libc }).toEqual({
        scripts: undefined,
        os: [platform.os],
        cpu: [platform.cpu],
        libc: platform.libc ? [platform.libc] : undefined,
      })
      expect(Object.keys(dependencies)).toEqual(['onnxruntime-common'])
      expect(readFileSync(join(folder, 'LICENSE'), 'utf8')).toContain('Copyright (c) Microsoft Corporation')
      expect(readFileSync(join(folder, 'ThirdPartyNotices.txt'), 'utf8').length).toBeGreaterThan(100_000)
    },
  )
})
