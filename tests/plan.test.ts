import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { planOf } from '../scripts/plan.mjs'
import { root, workspaces } from '../scripts/workspace.mjs'

const plan = (...changed: string[]) => planOf(changed, workspaces())

test('a source asks for its package to be built, for the tests of the package and for those that import it', () => {
  expect(plan('packages/onnx/src/sink.ts')).toEqual({
    build: ['@pixelrow/onnx'],
    related: ['packages/onnx/dist/index.js', 'packages/onnx/dist/metadata.js'],
    tests: ['packages/onnx/test'],
  })
  for (const file of plan('packages/onnx/src/sink.ts').related) expect(existsSync(join(root, file)), file).toBe(true)
})

test('what every build takes asks for all of them', () => {
  const names = workspaces().map(({ name }) => name)
  expect(plan('common/kinds.ts').build).toEqual(names)
  expect(plan('tsup.base.ts').build).toEqual(names)
})

test('a test asks for itself, a helper of tests for all beside it, and neither for a build', () => {
  const one = ['packages/data/test/split.test.ts']
  expect(plan(...one)).toEqual({ build: [], related: [], tests: one })
  expect(plan('apps/cli/test/helpers.ts')).toEqual({ build: [], related: [], tests: ['apps/cli/test'] })
  expect(plan('tests/arrows.test.ts')).toEqual({ build: [], related: [], tests: ['tests/arrows.test.ts'] })
  expect(plan('tests/imports.ts')).toEqual({ build: [], related: [], tests: ['tests'] })
})

test('what is no part of a package asks for nothing', () => {
  expect(plan('packages/data/README.md', 'docs/tutorial.md')).toEqual({ build: [], related: [], tests: [] })
})
