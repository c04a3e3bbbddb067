import { expect, test } from 'vitest'
import { fuzz } from '../scripts/fuzz.mjs'

// `node packages/data/scripts/fuzz.mjs` tries 200,000 files.
test('kernel, plain reader, strict reader and a reference agree on 3,000 mutated files, whole and in small chunks', async () => {
  const { accepted, refused, differences } = await fuzz(3000, 11)
  expect(differences).toEqual([])
  expect(accepted + refused).toBe(3000)
  expect(accepted).toBeGreaterThan(500)
  expect(refused).toBeGreaterThan(1500)
})
