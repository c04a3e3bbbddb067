import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'

const base = realpathSync(mkdtempSync(join(tmpdir(), 'pixelrow-decoder-')))
afterAll(() => rmSync(base, { recursive: true, force: true }))

let count = 0
let app: string
let tools: string
/** The package in a folder of tools, as a global install leaves it, and an application that is somewhere else. */
beforeEach(() => {
  const folder = join(base, String(count++))
  app = join(folder, 'app')
  tools = join(folder, 'tools')
  mkdirSync(join(app, 'node_modules'), { recursive: true })
  for (const name of ['dist', 'package.json'])
    cpSync(join(import.meta.dirname, '..', name), join(tools, 'node_modules/@pixelrow/pixels', name), {
      recursive: true,
    })
})

const sharp = dirname(dirname(createRequire(import.meta.url).resolve('sharp')))

/** What the decoder makes of a picture of one black pixel, or the error; by both kinds of module. */
function decoded(): unknown {
  const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=='
  const entry = join(tools, 'node_modules/@pixelrow/pixels/dist/index')
  const script = `
    const png = Buffer.from('${png}', 'base64')
    const attempt = ({ openDecoder, decodeFile }) => openDecoder().then((decode) => decodeFile(png, decode)).then(
      ({ data }) => [...data],
      ({ code, message, params }) => ({ code, message, params }),
    )
    const entry = ${JSON.stringify(entry)}
    const modules = async () => [await import(entry + '.js'), require(entry + '.cjs')]
    modules().then((all) => Promise.all(all.map(attempt))).then((both) => console.log(JSON.stringify(both)))`
  const words = ['--input-type=commonjs', '-e', script]
  const [esm, cjs] = JSON.parse(execFileSync(process.execPath, words, { cwd: app, encoding: 'utf8' }))
  expect(cjs).toEqual(esm)
  return esm
}

const broken = (code: string) => {
  const folder = join(tools, 'node_modules/sharp')
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), '{ "name": "sharp", "version": "0.34.0", "main": "index.js" }')
  if (code) writeFileSync(join(folder, 'index.js'), code)
  return folder
}

test('sharp is found beside the package, and where the application has it', () => {
  symlinkSync(sharp, join(tools, 'node_modules/sharp'), 'junction')
  expect(decoded()).toEqual([0, 0, 0, 255])
  rmSync(join(tools, 'node_modules/sharp'))
  symlinkSync(sharp, join(app, 'node_modules/sharp'), 'junction')
  expect(decoded()).toEqual([0, 0, 0, 255])
})

test('where there is none, the error says what to install', () => {
  expect(decoded()).toEqual({
    code: 'PIXELS_DECODER_MISSING',
    params: { package: 'sharp', reason: 'is not installed' },
    message: 'pictures are decoded by the package sharp, which is not installed. Run: npm i sharp',
  })
})

test('one that is there and does not load is not called missing', () => {
  const folder = broken(`throw new Error('Could not load the "sharp" module\\nPossible solutions: …')`)
  const reason = `is installed (${join(folder, 'index.js')}) and cannot be loaded: Could not load the "sharp" module`
  expect(decoded()).toMatchObject({ code: 'PIXELS_DECODER_MISSING', params: { reason } })
})

test('nor is one of which files are missing', () => {
  const folder = broken('')
  expect(decoded()).toMatchObject({
    message: expect.stringContaining(`cannot be resolved: Cannot find module '${join(folder, 'index.js')}'`),
  })
})
