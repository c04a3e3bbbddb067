import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { isA } from '../common/kinds.ts'
import {
  callback,
  checkOptions,
  either,
  flag,
  listOf,
  number,
  type OptionProblem,
  oneOf,
  optionsOf,
  type Rules,
  signal,
  text,
  whole,
} from '../common/options.ts'

interface Options {
  learningRate?: number
  batchSize?: number
  share?: number
  layout?: string
  nested?: { shift?: number } | string
  classWeights?: number[]
  signal?: AbortSignal
  nesterov?: boolean
  name?: string
  onStep?: () => void
}

const rules: Rules<Options> = {
  learningRate: number({ above: 0, example: '0.1' }),
  batchSize: whole(1),
  share: number({ least: 0, below: 1 }),
  layout: oneOf('auto', 'plain', 'blocked'),
  nested: either(text, optionsOf<{ shift?: number }>({ shift: whole(0, { most: 8 }) })),
  classWeights: listOf('a list of numbers above 0', number({ above: 0 })),
  signal,
  nesterov: flag,
  name: text,
  onStep: callback,
}

function problemOf(options: unknown): OptionProblem | undefined {
  let found: OptionProblem | undefined
  const fail = (problem: OptionProblem) => {
    found = problem
    return new Error(problem.message)
  }
  try {
    checkOptions('fit', options as Options, rules, fail)
  } catch {}
  return found
}

describe('names', () => {
  test.each([
    [{ learnigRate: 1 }, 'fit: there is no option learnigRate. Did you mean learningRate?'],
    [{ lr: 1 }, 'fit: there is no option lr. Did you mean learningRate?'],
    [{ bs: 1 }, 'fit: there is no option bs. Did you mean batchSize?'],
    [{ LAYOUT: 1 }, 'fit: there is no option LAYOUT. Did you mean layout?'],
    [{ nested: { shit: 1 } }, 'fit: there is no option nested.shit. Did you mean shift?'],
    [
      { toString: 1 },
      expect.stringMatching(/^fit: there is no option toString\. There are: learningRate, batchSize, /),
    ],
  ])('%o', (options, message) => {
    expect(problemOf(options)).toMatchObject({ code: 'OPTION_UNKNOWN', message })
  })

  test('the one that was meant is a parameter', () => {
    const params = { where: 'fit', option: 'lr', suggestion: 'learningRate', known: Object.keys(rules) }
    expect(problemOf({ lr: 1 })?.params).toEqual(params)
  })
})

describe('kinds and ranges', () => {
  test.each([
    [{ learningRate: 0 }, 'learningRate must be a number above 0, e.g. 0.1; found 0.'],
    [{ learningRate: '1' }, "learningRate must be a number above 0, e.g. 0.1; found '1'."],
    [{ learningRate: Number.NaN }, 'learningRate must be a number above 0, e.g. 0.1; found NaN.'],
    [{ batchSize: 1.5 }, 'batchSize must be a whole number of at least 1; found 1.5.'],
    [{ share: 1 }, 'share must be a number of at least 0 and below 1; found 1.'],
    [{ layout: 'fast' }, "layout must be 'auto', 'plain' or 'blocked'; found 'fast'."],
    [{ nested: 3 }, 'nested must be a text, or an object; found 3.'],
    [{ nested: { shift: 9 } }, 'nested.shift must be a whole number of at least 0 and at most 8; found 9.'],
    [{ classWeights: [1, -1] }, 'classWeights must be a list of numbers above 0; found [1,-1].'],
    [{ signal: {} }, 'signal must be an AbortSignal; found {}.'],
    [{ nesterov: 0 }, 'nesterov must be true or false; found 0.'],
    [{ name: new Date(0) }, 'name must be a text; found a Date.'],
    [{ onStep: null }, 'onStep must be a function; found null.'],
    [5, 'the options must be an object; found 5.'],
    [[1], 'the options must be an object; found [1].'],
  ])('%o', (options, message) => {
    expect(problemOf(options)).toMatchObject({ code: 'OPTION_INVALID', message: `fit: ${message}` })
  })

  test('what is right passes, and so does what is left out', () => {
    const all = { learningRate: 1, batchSize: 1, share: 0, layout: 'auto', nested: { shift: 8 }, classWeights: [1] }
    expect(problemOf({ ...all, signal: new AbortController().signal, nesterov: true, onStep() {} })).toBeUndefined()
    expect(problemOf({ learningRate: undefined, other: undefined })).toBeUndefined()
    expect(problemOf(undefined)).toBeUndefined()
  })
})

test('what another realm made is of its kind', () => {
  const theirs = (code: string): unknown => runInNewContext(code)
  expect(isA(theirs('new Uint8Array(1)'), 'Uint8Array')).toBe(true)
  expect(isA(theirs('new Float32Array(1)'), 'Float32Array')).toBe(true)
  expect(isA(theirs('new Error()'), 'Error')).toBe(true)
  expect(isA(theirs('Promise.resolve()'), 'Promise')).toBe(true)
  expect(isA(Buffer.alloc(1), 'Uint8Array')).toBe(true)
  expect(isA(new File([], 'a'), 'Blob', 'File')).toBe(true)
  expect(isA(new Float32Array(1), 'Uint8Array', 'Uint16Array')).toBe(false)
})
