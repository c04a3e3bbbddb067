import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { outputsIn, printed, processor, readmes, withOutputs, withoutTimes } from '../scripts/outputs.mjs'
import { root } from '../scripts/workspace.mjs'

const outputs = readmes().flatMap(outputsIn)
let texts: string[] = []

beforeAll(async () => {
  texts = await printed(outputs)
})

/** Another kind of processor rounds otherwise, and so trains to weights a little different. */
const tolerance = 0.02

test('every README that shows output says which command makes it', () => {
  expect(outputs.map(({ file }) => file)).toContain('README.md')
  for (const file of readmes()) {
    const fences = [...readFileSync(join(root, file), 'utf8').matchAll(/^```(.*)$/gm)].filter(
      (_, index) => index % 2 === 0,
    )
    const plain = fences.filter(([, language]) => language === '' || language === 'text')
    expect(plain, file).toHaveLength(outputsIn(file).length)
  }
})

test.each(outputs.map((output, index) => ({ ...output, index })))('$file: $of prints what is shown', (output) => {
  const [shown, found] = [withoutTimes(output.text), withoutTimes(texts[output.index]!)]
  // On the same kind of processor every digit; else the words, and numbers that are nearly the same.
  const number = /\d[\d,]*(\.\d+)?/g
  const masked = (text: string) => text.replaceAll(number, '#').replaceAll(/ +/g, ' ')
  const same = output.on === processor() ? (text: string) => text : masked
  expect(same(found)).toBe(same(shown))
  const numbers = (text: string) => [...text.matchAll(number)].map(([each]) => Number(each.replaceAll(',', '')))
  const others = numbers(found)
  const differences = numbers(shown).map((value, at) => Math.abs(value - others[at]!) / Math.max(1, value))
  expect(Math.max(...differences)).toBeLessThan(tolerance)
})

test('what makes the blocks puts each into its place', () => {
  for (const file of new Set(outputs.map((output) => output.file))) {
    const own = outputsIn(file).map(({ text }) => text)
    const bare = (text: string) => text.replaceAll(/, "on": "[^"]*"/g, '')
    expect(bare(withOutputs(file, own))).toBe(bare(readFileSync(join(root, file), 'utf8')))
  }
})
