import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '../../../tests/chromium.ts'
import type { FileServer } from '../../../tests/serve.ts'
import { zipped } from '../../classifier/test/labelled.ts'
import { openPage, servePage } from './page.ts'

let browser: Browser
let server: FileServer
let page: Page

beforeAll(async () => {
  ;[browser, server] = await Promise.all([launchChromium(), servePage()])
  ;({ page } = await openPage(browser, server))
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
})

test.each([false, true])(
  'a file of scikit-learn’s classes and a list of maps is read in a page (worker: %s)',
  async (worker) => {
    const found = await page.evaluate(
      async ([bytes, worker]) => {
        const classifier = await inferWeb.load(Uint8Array.from(bytes), { worker })
        const { label } = await classifier.classify(Uint8Array.of(0, 0, 255, 0))
        const { classes, classesFrom } = classifier
        await classifier.close()
        const refused = await inferWeb
          .load(Uint8Array.from(bytes), { worker, model: { classes: ['7', '3', '9'] } })
          .then(String, ({ code, params }) => ({ code, params }))
        return { label, classes, classesFrom, refused }
      },
      [[...zipped()], worker] as const,
    )
    expect(found).toEqual({
      label: '9',
      classes: ['3', '7', '9'],
      classesFrom: 'graph',
      refused: {
        code: 'CLASSIFIER_CLASSES_ORDER',
        params: { name: 'the model', output: 'label', said: '7', label: '3' },
      },
    })
  },
)
