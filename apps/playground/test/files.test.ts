import { readFileSync } from 'node:fs'
import { csvText, type PixelTable, wilsonInterval } from '@pixelrow/data'
import { toOnnx } from '@pixelrow/export'
import { initialize, linear } from '@pixelrow/model'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { labelled, plain, plainWeights, scores, zipped } from '../../../packages/classifier/test/labelled.ts'
import { launchChromium } from '../../../tests/chromium.ts'
import { digits } from '../../../tests/digits.ts'
import type { FileServer } from '../../../tests/serve.ts'
import { drawOn, redOf, seven } from './draw.ts'
import { answered, serveBuild, visit } from './site.ts'

let browser: Browser
let server: FileServer

beforeAll(async () => {
  ;[browser, server] = await Promise.all([launchChromium(), serveBuild()])
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
})

/** A model of 8 × 8 pixels in colour that knows pets; nobody has trained it. */
function pets(): Buffer {
  const shape = { height: 8, width: 8, channels: 3, channelOrder: 'interleaved' } as const
  const classes = ['a rather large cat', 'dog', 'fish']
  const architecture = linear({ shape, maxValue: 255, classes })
  const weights = initialize(architecture, (stream, index) => ((stream + 1) * (index + 1) * 0.61803) % 1)
  return Buffer.from(toOnnx({ architecture, weights, classes }))
}

/** Drops a file on the page as a hand does, away from any button. */
async function drop(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  const transfer = await page.evaluateHandle(
    ([name, bytes]) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([Uint8Array.from(bytes)], name))
      return transfer
    },
    [name, [...bytes]] as const,
  )
  await page.dispatchEvent('header', 'dragover', { dataTransfer: transfer })
  expect(await page.locator('#drop').isVisible()).toBe(true)
  await page.dispatchEvent('header', 'drop', { dataTransfer: transfer })
  expect(await page.locator('#drop').isVisible()).toBe(false)
}

async function choose(page: Page, name: string, content: string | Uint8Array): Promise<void> {
  await page.locator('#file').setInputFiles({ name, mimeType: '', buffer: Buffer.from(content) })
}

const csv = (table: PixelTable) => [...csvText(table)].join('')
const labels = (page: Page) => page.locator('#classes .label').allTextContents()

describe('a model', () => {
  test('that is dropped takes the place of the first one, with its classes and its size, and goes again', async () => {
    const { page } = await visit(browser, server)
    await answered(page)
    await drop(page, 'pets.onnx', pets())
    await page.locator('#model').filter({ hasText: 'pets.onnx: 3 classes, images of 8×8 in colour' }).waitFor()
    await answered(page)
    expect(await labels(page)).toEqual(['a rather large cat', 'dog', 'fish'])
    expect(await redOf(page, '#seen')).toMatchObject({ width: 8, height: 8 })
    await page.getByRole('button', { name: 'Back to the first model' }).click()
    await page.locator('#model').filter({ hasText: 'digits.onnx' }).waitFor()
    await answered(page)
    expect(await labels(page)).toEqual([...'0123456789'])
    expect(await page.getByRole('button', { name: 'Back to the first model' }).isVisible()).toBe(false)
    await page.close()
  })
})

describe('a model of others', () => {
  const open = async (name: string, bytes: Uint8Array) => {
    const { page } = await visit(browser, server)
    await answered(page)
    await choose(page, name, bytes)
    await page
      .locator('#model')
      .filter({ hasText: `${name}: 3 classes, images of 2×2` })
      .waitFor()
    await answered(page)
    const found = { said: await page.locator('#model').textContent(), classes: await labels(page) }
    await page.close()
    return found
  }

  test('has the classes that its file says', async () => {
    const { said, classes } = await open('digits-3-7-9.onnx', zipped())
    expect(said).not.toContain('numbered')
    expect(classes).toEqual(['3', '7', '9'])
  })

  test('whose file says none is said to be numbered', async () => {
    const { said, classes } = await open(
      'nameless.onnx',
      labelled({ nodes: plain, outputs: [scores], initializers: plainWeights }),
    )
    expect(said).toContain('The file does not name its classes: they are numbered from 0')
    expect(classes).toEqual(['0', '1', '2'])
  })
})

describe('a picture', () => {
  test('of a digit, dark on bright paper, is shown and read; the pen takes its place', async () => {
    const { page } = await visit(browser, server)
    await answered(page)
    const file = await page.evaluate(async () => {
      const canvas = new OffscreenCanvas(900, 600)
      const context = canvas.getContext('2d')!
      context.fillStyle = '#e9e2d0'
      context.fillRect(0, 0, 900, 600)
      context.lineWidth = 34
      context.strokeStyle = '#23304f'
      context.stroke(new Path2D('M300 150 H560 L410 470'))
      return [...new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer())]
    })
    await drop(page, 'photo.png', Uint8Array.from(file))
    await page.locator('#drawing-title').filter({ hasText: 'The picture photo.png' }).waitFor()
    await answered(page)
    expect(await page.locator('#answer strong').textContent()).toBe('7')
    // As wide as the pad, with nothing above and below.
    const { width, red } = await redOf(page, '#pad')
    expect(red[0]).toBe(0)
    expect(red[Math.floor(width / 2) * width + 2]).toBe(0xe9)
    await drawOn(page, seven)
    expect(await page.locator('#drawing-title').textContent()).toBe('Your drawing')
    await page.close()
  })

  test('is prepared anew for another model', async () => {
    const { page } = await visit(browser, server)
    await answered(page)
    const picture = readFileSync(
      new URL('../../../packages/data/test/fixtures/pictures/kinds/rgb.png', import.meta.url),
    )
    await choose(page, 'rgb.png', picture)
    await page.locator('#drawing-title').filter({ hasText: 'The picture rgb.png' }).waitFor()
    await choose(page, 'pets.onnx', pets())
    await page.locator('#classes .label').filter({ hasText: 'dog' }).waitFor()
    await answered(page)
    expect(await page.locator('#drawing-title').textContent()).toBe('The picture rgb.png')
    expect(await redOf(page, '#seen')).toMatchObject({ width: 8, height: 8 })
    await page.close()
  })
})

describe('a table', () => {
  test('with labels shows how many are right, the wrong ones first, and pages through them', async () => {
    const { page } = await visit(browser, server)
    await answered(page)
    const table = digits('t10k', 130)
    // Four labels that are wrong whatever the model says.
    const wrong = [7, 30, 77, 129]
    const truth = wrong.map((row) => table.labels[row]!)
    for (const row of wrong) table.labels[row] = (table.labels[row]! + 5) % 10
    await choose(page, 'digits.csv', csv(table))
    await page
      .locator('#score')
      .filter({
        hasText:
          /^9\d\.\d% right \(95% interval \d\d\.\d% to 9\d\.\d%\): \d of 130 rows wrong\. The wrong ones come first/,
      })
      .waitFor()
    expect(await page.locator('#table-title').textContent()).toBe('digits.csv')
    expect(await page.locator('#rows li').count()).toBe(60)
    const said = (await page.locator('#score').textContent())!
    const [count] = /\d+(?= of 130 rows)/.exec(said)!
    const [low, high] = wilsonInterval(130 - Number(count), 130).map((end) => `${(100 * end).toFixed(1)}%`)
    expect(said).toContain(`(95% interval ${low} to ${high})`)
    const first = await page.locator('#rows .wrong').evaluateAll((buttons) => buttons.map((b) => Number(b.dataset.row)))
    expect(first).toHaveLength(Number(count))
    expect(first).toEqual(expect.arrayContaining(wrong))
    expect(await page.locator('#rows li').nth(Number(count)).locator('.wrong').count()).toBe(0)

    expect(await page.locator('#place').textContent()).toBe('1–60 of 130')
    await page.getByRole('button', { name: 'Next' }).click()
    await page.getByRole('button', { name: 'Next' }).click()
    expect(await page.locator('#place').textContent()).toBe('121–130 of 130')
    expect(await page.getByRole('button', { name: 'Next' }).getAttribute('aria-disabled')).toBe('true')
    await page.getByRole('button', { name: 'Next' }).press('Enter')
    expect(await page.locator('#rows li').count()).toBe(10)
    await page.getByRole('button', { name: 'Previous' }).click()
    await page.getByRole('button', { name: 'Previous' }).click()

    const name = new RegExp(`^Row 31, labelled ${table.labels[30]}, read as ${truth[1]}, \\d+\\.\\d% sure$`)
    await page.getByRole('button', { name }).click()
    await answered(page)
    expect(await page.locator('#drawing-title').textContent()).toBe(
      `Row 31 of digits.csv, labelled ${table.labels[30]}`,
    )
    expect(await page.locator('#answer strong').textContent()).toBe(String(truth[1]))
    expect((await redOf(page, '#seen')).red).toEqual([...table.pixels.subarray(30 * 784, 31 * 784)])
    await page.getByRole('button', { name: 'Back to its table' }).click()
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-row'))).toBe('30')

    await page.getByRole('button', { name: 'Close the table' }).click()
    expect(await page.locator('#table').isVisible()).toBe(false)
    await page.close()
  })

  test('of few rows is said to be of few, and labels that the model does not know are counted', async () => {
    const { page } = await visit(browser, server)
    await answered(page)
    const table = digits('t10k', 12)
    const classes = table.classes!.map((text) => (text === '1' ? 'one' : text))
    await choose(page, 'few.csv', csv({ ...table, classes }))
    const ones = table.labels!.filter((label) => label === 1).length
    expect(ones).toBeGreaterThan(1)
    await page.locator('#score').filter({ hasText: '12 rows are few to tell how good the model is.' }).waitFor()
    const score = await page.locator('#score').textContent()
    expect(score).toContain(`${ones} rows have labels that the model does not know.`)
    expect(score).toContain(`: ${ones} of 12 rows wrong.`)
    await page.close()
  })

  test('without labels shows the least sure rows first', async () => {
    const { page } = await visit(browser, server)
    await answered(page)
    const { labels: _, classes: __, ...table } = digits('t10k', 40)
    await choose(page, 'test.csv', csv(table))
    await page.locator('#score').filter({ hasText: '40 rows classified. They have no labels' }).waitFor()
    const sure = await page
      .locator('#rows button')
      .evaluateAll((buttons) => buttons.map((button) => Number(/([\d.]+)% sure/.exec(button.ariaLabel!)![1])))
    expect(sure).toHaveLength(40)
    expect(sure).toEqual([...sure].sort((a, b) => a - b))
    await page.close()
  })

  test('that is large leaves the page alive: the pad answers while rows are classified, and closing ends it', async () => {
    const { page } = await visit(browser, server)
    await answered(page)
    await choose(page, 'large.csv', csv(digits('t10k', 10_000)))
    await page.locator('#score').filter({ hasText: 'so far' }).waitFor()
    await drawOn(page, seven)
    await answered(page)
    expect(await page.locator('#answer strong').textContent()).toBe('7')
    expect(await page.locator('#progress').isVisible()).toBe(true)
    expect(await page.locator('#rows li').count()).toBe(60)
    await page.getByRole('button', { name: 'Close the table' }).click()
    expect(await page.locator('#table').isVisible()).toBe(false)
    await page.close()
  })

  test('is classified again by a model that is opened, or closed where its images are of another size', async () => {
    const { page } = await visit(browser, server)
    await answered(page)
    await choose(page, 'digits.csv', csv(digits('t10k', 20)))
    await page.locator('#score').filter({ hasText: 'of 20 rows' }).waitFor()
    const before = await page.locator('#score').textContent()
    const table = digits('t10k', 20)
    const architecture = linear(table)
    const weights = initialize(architecture, (stream, index) => ((stream + 1) * (index + 1) * 0.61803) % 1)
    await choose(page, 'untrained.onnx', toOnnx({ architecture, weights, classes: table.classes }))
    await page.waitForFunction((text) => {
      const now = document.querySelector('#score')?.textContent
      return now !== text && !now?.includes('so far')
    }, before)
    await choose(page, 'pets.onnx', pets())
    await page.locator('#table').waitFor({ state: 'hidden' })
    await page.close()
  })
})
