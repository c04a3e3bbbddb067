import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../scripts/workspace.mjs'
import { roofs } from './roofs/roofs.mjs'

/** The rows of docs/compatibility.md: a tool, and what it is tried with. */
const rows = readFileSync(join(root, 'docs/compatibility.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| |'))
  .map((line) => line.toLowerCase().split('|'))
  .map(([, tool = '', versions = '']) => ({ tool: tool.trim().replaceAll('`', ''), versions: words(versions) }))

function words(text: string): string[] {
  return text.toLowerCase().match(/[\d.]+|[a-z]+/g) ?? []
}

/** What a roof is, by its name: `TypeScript 5.7`, `npm 11, with sharp`, `bun installs, Node runs`. Those of pages have tests of their own. */
const tried = roofs
  .map(({ name }) => name.toLowerCase())
  .filter((name) => !name.startsWith('page'))
  .map((name) => ({ name, tool: /^[^ ,]+/.exec(name)![0], version: /^\S+ ([\d.]+)/.exec(name)?.[1] }))

test('the table of docs/compatibility.md has every roof that is tried, and no other', () => {
  const missing = tried.filter(
    ({ tool, version }) =>
      !rows.some((row) => row.tool === tool && (version === undefined || row.versions.includes(version))),
  )
  expect(missing.map(({ name }) => name)).toEqual([])
  const others = rows.filter(({ tool }) => !tried.some((each) => each.tool === tool || each.name.includes(tool)))
  expect(others.map(({ tool }) => tool)).toEqual([])
  const versions = rows.flatMap((row) =>
    row.versions
      .filter((word) => /^\d/.test(word))
      .map((version) => ({ tool: row.tool, version }))
      .filter(({ tool, version }) => !isTried(tool, version)),
  )
  expect(versions).toEqual([])
})

/** A version stands in a roof's name or in what it installs and runs: `esbuild@0.27`, `bun@1`, `node20`. */
function isTried(tool: string, version: string): boolean {
  const own = roofs.filter(({ name }) => name.toLowerCase().includes(tool))
  const all = JSON.stringify(
    own.map(({ name, install, with: others, runs, files }) => [name, install, others, runs, files]),
  )
  return new RegExp(`(@| |node)${version.replaceAll('.', '\\.')}\\b`, 'i').test(all)
}
