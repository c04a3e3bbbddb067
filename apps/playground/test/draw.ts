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
  for (const places of await placesOf(page, strokes)) {
    const [start, ...rest] = places as [Place, ...Place[]]
    await page.mouse.move(...start)
    await page.mouse.down()
    await Promise.all(rest.map((place) => page.mouse.move(...place)))
    await page.mouse.up()
  }
}

type Place = [x: number, y: number]

/** Where strokes go in the window. */
export async function placesOf(page: Page, strokes: number[][]): Promise<Place[][]> {
  await page.locator('#pad').scrollIntoViewIfNeeded()
  const { x, y, width, height } = (await page.locator('#pad').boundingBox())!
  return strokes.map((stroke) =>
    Array.from(
      { length: stroke.length / 2 },
      (_, i): Place => [x + (stroke[2 * i]! / 1000) * width, y + (stroke[2 * i + 1]! / 1000) * height],
    ),
  )
}

/** The red of every pixel of a canvas, row after row. */
export function redOf(page: Page, canvas: string): Promise<{ width: number; height: number; red: number[] }> {
  return page.locator(canvas).evaluate((element: HTMLCanvasElement) => {
    const { width, height } = element
    const { data } = element.getContext('2d')!.getImageData(0, 0, width, height)
    return { width, height, red: Array.from(data).filter((_, i) => i % 4 === 0) }
  })
}

/** A 7 in two strokes. */
export const seven = {
  pen: 'medium',
  strokes: [
    [250, 200, 400, 200, 550, 200, 720, 200],
    [720, 200, 640, 360, 560, 520, 500, 650, 440, 800],
  ],
}
