import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { load } from '@pixelrow/infer-node'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPage, servePage } from '../../../packages/infer-web/test/page.ts'
import { launchChromium } from '../../../tests/chromium.ts'
import { digits } from '../../../tests/digits.ts'
import type { FileServer } from '../../../tests/serve.ts'

const rows = 100
let browser: Browser
let server: FileServer

beforeAll(async () => {
  ;[browser, server] = await Promise.all([launchChromium(), servePage()])
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
})

test(`${rows} real digits get the same classes in Chromium and in Node, and nearly always the right ones`, async () => {
  const path = fileURLToPath(new URL('../public/digits.onnx', import.meta.url))
  const { pixels, labels: truth } = digits('t10k', rows)

  const classifier = await load(path)
  const inNode = await classifier.predict(pixels)
  await classifier.close()

  const { page } = await openPage(browser, server)
  const inPage = await page.evaluate(
    async ([model, pixels]) => {
      const classifier = await inferWeb.load(Uint8Array.from(model))
      const { labels, probabilities } = await classifier.predict(Uint8Array.from(pixels))
      return { labels: [...labels], probabilities: [...probabilities] }
    },
    [[...(await readFile(path))], [...pixels]] as const,
  )

  expect(inPage.labels).toEqual([...inNode.labels])
  const differences = inPage.probabilities.map((value, i) => Math.abs(value - inNode.probabilities[i]!))
  expect(differences).toHaveLength(rows * 10)
  expect(Math.max(...differences)).toBeLessThan(1e-5)
  expect(inPage.labels.filter((label, row) => label === truth[row]).length).toBeGreaterThanOrEqual(98)
})
