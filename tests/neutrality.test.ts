import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../scripts/workspace.mjs'

const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean)
const mebibyte = 2 ** 20

/** What ties a text to one machine or to one package registry. The escapes keep this file from matching itself. */
const tied: Record<string, RegExp> = {
  'a path of one machine': /(?<![\w.$}*~-])\/(?:root|home|Users|work)\/\w|[A-Z]:\\Users\\/,
  'the host of a registry': /registry\.(?:npmjs|yarnpkg|npmmirror)\.|files\.pythonhosted\.|(?:^|\W)pypi\.org\/simple/,
}

test.each(Object.entries(tied))('no tracked file holds %s', (_, pattern) => {
  const found = files.flatMap((file) => {
    const lines = readText(file).split('\n')
    return lines.flatMap((line, i) => (pattern.test(line) ? [`${file}:${i + 1} ${line.trim().slice(0, 100)}`] : []))
  })
  expect(found).toEqual([])
})

test('no tracked file is larger than 8 MiB', () => {
  const large = files.filter(
    (file) => (statSync(join(root, file), { throwIfNoEntry: false })?.size ?? 0) > 8 * mebibyte,
  )
  expect(large).toEqual([])
})

/** A file's text; nothing for one that is deleted but still tracked, or that is binary. */
function readText(file: string): string {
  if (!statSync(join(root, file), { throwIfNoEntry: false })?.isFile()) return ''
  const bytes = readFileSync(join(root, file))
  return bytes.subarray(0, 8000).includes(0) ? '' : bytes.toString('utf8')
}
