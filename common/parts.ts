/** A part of a data set: what to train on, to choose by, or to measure on. */
export type PartWord = 'train' | 'validation' | 'test'

/** What files, folders and cells call each part. */
const words: Record<PartWord, string> = {
  train: 'train(?:ing)?',
  validation: 'val(?:id(?:ation)?)?|dev',
  test: 'test(?:ing)?',
}

const parts = Object.keys(words) as PartWord[]
/** FER2013 has two parts to test on, of which the public one was there to choose by. */
const sides: readonly [PartWord, RegExp][] = [
  ['validation', /^public[ _-]?test$/i],
  ['test', /^private[ _-]?test$/i],
]
const rules = (form: (word: string) => string): [PartWord, RegExp][] =>
  parts.map((part) => [part, new RegExp(form(words[part]), 'i')])
const whole = [...rules((word) => `^(?:${word})$`), ...sides]
const within = rules((word) => `(?<![a-z])(?:${word})(?![a-z])`)

const partBy = (all: readonly [PartWord, RegExp][], name: string): PartWord | undefined =>
  all.find(([, rule]) => rule.test(name))?.[0]

/** The part that a name is, in any case: `train`, `Training`, `val`, `PublicTest`. */
export const partCalled = (name: string): PartWord | undefined => partBy(whole, name)

/** The part that a name has among its words: `sign_mnist_train`, `emnist-letters-test`. */
export const partWithin = (name: string): PartWord | undefined => partBy(within, name)

/** The same name without that word, by which the parts of one data set are known: `sign_mnist_`. */
export const withoutPart = (name: string): string =>
  name.replace(within.find(([, rule]) => rule.test(name))?.[1] ?? '', '')
