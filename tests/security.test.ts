import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root } from '../scripts/workspace.mjs'

const page = readFileSync(join(root, 'SECURITY.md'), 'utf8')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

/** The tests that a text names: a file, and what stands in the titles of some of its tests. */
function testsIn(text: string): [file: string, title: string][] {
  const named = text.replaceAll(/\n +/g, ' ').matchAll(/`([\w/.-]+\.test\.ts)` › ("[^"]+"(?:, "[^"]+")*)/g)
  return [...named].flatMap(([, file = '', titles = '']) =>
    [...titles.matchAll(/"([^"]+)"/g)].map(([, title = '']): [string, string] => [file, title]),
  )
}

describe('each promise is shown by a test that is there', () => {
  const promised = page.slice(page.indexOf('## What is promised'), page.indexOf('### Bounds'))
  const promises = promised.split(/\n- /).slice(1)

  test.each(testsIn(promised))('%s: %s', (file, title) => {
    expect(existsSync(join(root, file)), file).toBe(true)
    const titles = read(file).match(/'(?:[^'\\\n]|\\.)+'|`[^`]+`/g) ?? []
    expect(titles.some((each) => each.includes(title))).toBe(true)
  })

  test('and every one names one', () => {
    expect(promises.filter((promise) => testsIn(promise).length === 0)).toEqual([])
    expect(promises.length).toBeGreaterThan(15)
  })
})

const units = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const

/** A number as the page has it: `8 GiB`, `200`. */
function numberIn(text: string): number {
  const [amount = '', unit] = text.split(' ') as [string, keyof typeof units | undefined]
  return Number(amount) * (unit ? units[unit] : 1)
}

/** What a constant or a default is in a source, where it is a plain number, a power or a shift. */
function numberOf(name: string, source: string): number {
  const [, a, operator, b] = new RegExp(`\\b${name} = ([\\d_]+)(?: (\\*\\*|<<) (\\d+))?(?![\\w.])`).exec(source) ?? []
  const [left, right] = [a, b].map((digits) => Number(digits?.replaceAll('_', ''))) as [number, number]
  return operator ? left * (operator === '**' ? left ** (right - 1) : 2 ** right) : left
}

describe('each bound is the code’s', () => {
  const rows = [...page.matchAll(/^\| (.+) \| ([\d A-Za-z]+) \| `(.+)` `(\w+)` \|$/gm)].map((row) => row.slice(1))

  test.each(rows)('%s: %s', (_, value = '', file = '', name = '') => {
    expect(numberOf(name, read(file))).toBe(numberIn(value))
  })

  test('and the table is read whole', () => {
    const table = page.slice(page.indexOf('| Bound |')).split('\n\n')[0]!
    expect(rows).toHaveLength(table.split('\n').length - 2)
  })
})

test.each([
  ['a = 7', 7],
  ['a = 2 ** 27', 2 ** 27],
  ['a = 1 << 24', 2 ** 24],
  ['a = 2_000_000', 2_000_000],
  ['b = 7', Number.NaN],
])('%s', (source, value) => {
  expect(numberOf('a', source)).toBe(value)
})
