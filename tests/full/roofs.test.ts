import { afterAll, beforeAll, expect, test } from 'vitest'
import { roofs } from '../roofs/roofs.mjs'
import { openWorkplace, type Workplace } from '../roofs/workplace.mjs'

let workplace: Workplace
beforeAll(async () => {
  workplace = await openWorkplace()
})
afterAll(() => workplace?.close())

/** One of each kind; `npm run roofs` tries them all. */
const some = ['npm 11', 'pnpm 12', 'yarn 4, PnP', 'Jest', 'esbuild, CJS', 'webpack']

test.each(some)('under %s, packages from a registry train, export, classify, read and write', async (name) => {
  const roof = roofs.find((each) => each.name === name)!
  expect(await workplace.attempt(roof)).toMatch(roof.prints ?? /^64 of 64$/m)
})
