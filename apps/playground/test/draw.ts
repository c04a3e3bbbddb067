import type { Page } from 'playwright-core'

/** A digit of fixtures/strokes.json: thousandths of the pad's side, x and y in turn. */
export interface Drawn {
  row: number
  label: string
  pen: string
  strokes: number[][]
}

/**
 * Draws on the empty pad with the browser's own mouse: down, along the points, up. The moves are sent without waiting for the page, which so
 * gets several at a time, as from a quick hand.
 */
export async function drawOn(page: Page, { pen, strokes }: Pick<Drawn, 'pen' | 'strokes'>): Promise<void> {
  await page.locator('#clear').click()
  await page.locator(`.pens .${pen}`).click()
  const { x, y, width, height } = (await page.locator('#pad').boundingBox())!
  for (const stroke of strokes) {
    const places = Array.from({ length: stroke.length / 2 }, (_, i) => [
      x + (stroke[2 * i]! / 1000) * width,
      y + (stroke[2 * i + 1]! / 1000) * height,
    ])
    const [[startX, startY], ...rest] = places as [[number, number], ...[number, number][]]
    await page.mouse.move(startX, startY)
    await page.mouse.down()
    await Promise.all(rest.map(([toX, toY]) => page.mouse.move(toX, toY)))
    await page.mouse.up()
  }
}
