import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium } from '../../../tests/chromium.ts'
import type { FileServer } from '../../../tests/serve.ts'
import { drawOn, placesOf, redOf, seven } from './draw.ts'
import { answered, serveBuild, subPath, visit } from './site.ts'

let browser: Browser
let server: FileServer

beforeAll(async () => {
  ;[browser, server] = await Promise.all([launchChromium(), serveBuild()])
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
})

const read = (page: Page) => page.locator('#answer strong').textContent()
const title = (page: Page) => page.locator('#drawing-title').textContent()

test('begins with a digit, from any sub-path, with one .wasm file, one model, a quiet console and nothing from elsewhere', async () => {
  const { page, requests, complaints } = await visit(browser, server)
  await answered(page)
  expect([await title(page), await read(page)]).toEqual(['A 3 that somebody wrote', '3'])
  expect(await page.locator('#timing').textContent()).toMatch(/^Answered on WebAssembly in \d+(\.\d)? ms$/)
  expect(await page.locator('#model').textContent()).toBe('digits.onnx: 10 classes, images of 28×28')
  expect(complaints).toEqual([])
  expect(requests.filter((url) => url.endsWith('.wasm'))).toHaveLength(1)
  expect(requests.filter((url) => url.endsWith('.onnx'))).toHaveLength(1)
  expect(requests.filter((url) => !url.startsWith(server.origin + subPath))).toEqual([])
  // Not even a script that got in could send away what was drawn.
  const sent = await page.evaluate(() =>
    fetch('http://127.0.0.1:1/', { mode: 'no-cors' }).then(
      () => 'sent',
      (error: Error) => error.message,
    ),
  )
  expect(sent).toBe('Failed to fetch')
  expect(complaints.join()).toMatch(/Content Security Policy/)
  await page.close()
})

describe('drawing', () => {
  test('shows probabilities while the pen is down, and what the model sees', async () => {
    const { page } = await visit(browser, server)
    await answered(page)
    await page.locator('#clear').click()
    await page.locator('#answer .pending').waitFor()
    const [[start, ...first], second] = (await placesOf(page, seven.strokes)) as [
      [[number, number]],
      [number, number][],
    ]
    await page.mouse.move(...start)
    await page.mouse.down()
    for (const place of first as [number, number][]) await page.mouse.move(...place)
    await page.locator('#answer strong').waitFor()
    expect(await title(page)).toBe('Your drawing')
    const before = await page.locator('#classes').textContent()
    await page.mouse.up()
    await page.mouse.move(...second[0]!)
    await page.mouse.down()
    for (const place of second) await page.mouse.move(...place)
    // The button is still held.
    await page.waitForFunction((text) => document.querySelector('#classes')?.textContent !== text, before)
    await page.mouse.up()
    await answered(page)
    expect(await read(page)).toBe('7')

    const { width, height, red } = await redOf(page, '#seen')
    expect([width, height]).toEqual([28, 28])
    const rows = Array.from({ length: 28 }, (_, y) => red.slice(28 * y, 28 * y + 28).some((value) => value > 0))
    // MNIST's form: 20 pixels high, with black around them.
    expect(rows.filter(Boolean)).toHaveLength(20)
    expect(Math.max(...red)).toBe(255)
    await page.close()
  })

  test('every class has a bar, the best one is marked, and they add up', async () => {
    const { page } = await visit(browser, server)
    await answered(page)
    expect(await page.locator('#classes .label').allTextContents()).toEqual([...'0123456789'])
    const percents = (await page.locator('#classes .percent').allTextContents()).map(Number.parseFloat)
    expect(Math.abs(percents.reduce((a, b) => a + b) - 100)).toBeLessThan(0.6)
    expect(await page.locator('#classes .best .label').allTextContents()).toEqual(['3'])
    await page.close()
  })

  test('the last answer is that of the last ink, however quick the hand', async () => {
    const { page } = await visit(browser, server)
    await answered(page)
    await drawOn(page, seven)
    await answered(page)
    const quick = await redOf(page, '#seen')
    await page.locator('#clear').click()
    for (const places of await placesOf(page, seven.strokes)) {
      await page.mouse.move(...places[0]!)
      await page.mouse.down()
      for (const place of places.slice(1)) {
        await page.mouse.move(...place)
        await answered(page)
      }
      await page.mouse.up()
    }
    expect(await redOf(page, '#seen')).toEqual(quick)
    await page.close()
  })

  test('is undone stroke by stroke, by button and by key, and cleared', async () => {
    const { page } = await visit(browser, server)
    await answered(page)
    await drawOn(page, seven)
    await answered(page)
    const both = await redOf(page, '#pad')
    await page.locator('#undo').click()
    const one = await redOf(page, '#pad')
    expect(one).not.toEqual(both)
    await page.keyboard.press('Control+z')
    await page.locator('#answer .pending').waitFor()
    expect(await page.locator('#hint').isVisible()).toBe(true)
    expect(await page.locator('#undo').getAttribute('aria-disabled')).toBe('true')
    expect(new Set((await redOf(page, '#seen')).red)).toEqual(new Set([0]))
    await page.close()
  })
})

describe('pointers', () => {
  test('a finger draws, and does not scroll the page; a second finger draws nothing', async () => {
    const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }
    const { page } = await visit(browser, server, phone)
    await answered(page)
    await page.locator('#clear').tap()
    const devtools = await page.context().newCDPSession(page)
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...places: [number, number][]) =>
      devtools.send('Input.dispatchTouchEvent', { type, touchPoints: places.map(([x, y], id) => ({ x, y, id })) })
    const scrolled = await page.evaluate(() => scrollY)
    const { x, y } = (await page.locator('#pad').boundingBox())!
    for (const places of await placesOf(page, seven.strokes)) {
      const [start, ...rest] = places as [[number, number], ...[number, number][]]
      await touch('touchStart', start)
      const palm: [number, number] = [x + 20, y + 250]
      for (const place of rest) await touch('touchMove', place, palm)
      await touch('touchEnd')
    }
    await answered(page)
    expect(await read(page)).toBe('7')
    expect(await page.evaluate(() => scrollY)).toBe(scrolled)
    await page.close()
  })

  test('a pen that is pressed harder draws wider', async () => {
    const { page } = await visit(browser, server)
    await answered(page)
    const devtools = await page.context().newCDPSession(page)
    const inkAt = async (force: number) => {
      await page.locator('#clear').click()
      const [places] = await placesOf(page, [[300, 500, 500, 500, 700, 500]])
      for (const [i, [x, y]] of places!.entries())
        await devtools.send('Input.dispatchMouseEvent', {
          type: i === 0 ? 'mousePressed' : 'mouseMoved',
          ...{ x, y, force, pointerType: 'pen', button: 'left', buttons: 1, clickCount: 1 },
        })
      const [x, y] = places!.at(-1)!
      await devtools.send('Input.dispatchMouseEvent', {
        type: 'mouseReleased',
        x,
        y,
        pointerType: 'pen',
        button: 'left',
      })
      await answered(page)
      return page.locator('#pad').evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
        return data.filter((value, i) => i % 4 === 3 && value > 0).length
      })
    }
    const [light, hard] = [await inkAt(0.2), await inkAt(0.9)]
    expect(light).toBeGreaterThan(0)
    expect(hard).toBeGreaterThan(1.3 * light)
    await page.close()
  })
})
