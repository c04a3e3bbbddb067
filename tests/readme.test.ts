import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { writeCsv } from '@pixelrow/data'
import { toOnnx } from '@pixelrow/export'
import { initialize, linear } from '@pixelrow/model'
import ts from 'typescript'
import { beforeAll, expect, test } from 'vitest'
import { cache, root, workspaces } from '../scripts/workspace.mjs'
import { digits } from './digits.ts'
import { examples } from './examples.ts'

const all = examples()
// Inside the checkout, with links to the packages, so that an example imports them by the names they are published under.
const folder = join(cache, 'readme')
const fileOf = (place: string) => place.replace(/\W+/g, '-')
let typeErrors: string

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  for (const workspace of workspaces()) {
    const link = join(folder, 'node_modules', workspace.name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(root, workspace.folder), link, 'junction')
  }
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  await writeFiles(join(folder, 'files'))
  for (const { place, code } of all) writeFileSync(join(folder, `${fileOf(place)}.ts`), `${code}\nexport {}\n`)
  typeErrors = checkTypes()
})

test('the READMEs have examples', () => {
  expect(all.length).toBeGreaterThan(0)
})

test.each(all)('$place runs, and prints what it says', ({ place, code, prints }) => {
  const work = join(folder, fileOf(place))
  cpSync(join(folder, 'files'), work, { recursive: true })
  const script = join(work, 'example.mjs')
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }
  writeFileSync(script, ts.transpileModule(code, { compilerOptions }).outputText)
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], {
    cwd: work,
    encoding: 'utf8',
    timeout: 50_000,
  })
  expect(status, `${place}\n${stdout}${stderr}`).toBe(0)
  expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(inOrder(prints))
})

test.each(all)('$place type-checks', ({ place }) => {
  expect(typeErrors.split('\n').filter((line) => line.startsWith(`${fileOf(place)}.ts`))).toEqual([])
})

test('type-checking the examples works at all', () => {
  expect(
    typeErrors.split('\n').filter((line) => !all.some(({ place }) => line.startsWith(`${fileOf(place)}.ts`))),
  ).toEqual([''])
})

/** Beside each example lie what a reader would have: digits as train.csv and test.csv, and a model.onnx for them. */
async function writeFiles(to: string) {
  mkdirSync(to, { recursive: true })
  const table = digits('train', 1000)
  await writeCsv(join(to, 'train.csv'), table)
  await writeCsv(join(to, 'test.csv'), digits('t10k', 200), { label: false })
  const architecture = linear(table)
  const weights = initialize(architecture, (stream, index) => ((stream + 1) * (index + 1) * 0.61803) % 1)
  writeFileSync(join(to, 'model.onnx'), toOnnx({ architecture, weights, classes: table.classes }))
}

/** Compiler errors of all examples, one a line, each beginning with its file; empty if there are none. */
function checkTypes(): string {
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2023', 'dom'],
    module: 'nodenext',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    typeRoots: [join(root, 'node_modules/@types')],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  return spawnSync(process.execPath, [tsc, '-p', '.', '--pretty', 'false'], { cwd: folder, encoding: 'utf8' }).stdout
}

/** Matches a text in which the given ones follow each other, whatever is between; `…` in them is anything too. */
function inOrder(texts: string[]): RegExp {
  const parts = texts.map((text) => text.replaceAll(/\s+/g, ' ').split('…').map(escaped).join('.*?'))
  return new RegExp(parts.join('.*?'))
}

const escaped = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
