import { digit, prepare, type RgbaImage } from '@pixelrow/pixels'
import { expect, test } from 'vitest'
import { digits } from '../../../tests/digits.ts'

const { pixels } = digits('t10k', 200)
const images = Array.from({ length: 200 }, (_, row) => pixels.subarray(row * 784, (row + 1) * 784))

/** A digit as somebody may draw or photograph it: larger, off the middle, dark on light or light on dark, on a paper of any grey. */
function drawn(
  pixels: ArrayLike<number>,
  options: { zoom: number; left: number; top: number; ink: number; paper: number },
) {
  const { zoom, left, top, ink, paper } = options
  const [width, height] = [28 * zoom + left + 31, 28 * zoom + top + 17]
  const data = new Uint8Array(width * height * 4).fill(255)
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [Math.floor(((i % width) - left) / zoom), Math.floor((Math.floor(i / width) - top) / zoom)]
    const inside = x >= 0 && y >= 0 && x < 28 && y < 28
    const share = inside ? pixels[y * 28 + x]! / 255 : 0
    data.fill(Math.round(paper + share * (ink - paper)), 4 * i, 4 * i + 3)
  }
  return { data, width, height }
}

/** Of both pictures the share that is not the same. */
function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [apart, all] = [0, 0]
  for (let i = 0; i < a.length; i++) {
    apart += Math.abs(a[i]! - b[i]!)
    all += a[i]! + b[i]!
  }
  return apart / all
}

const ways = {
  'dark ink on white paper': { zoom: 6, left: 40, top: 3, ink: 0, paper: 255 },
  'grey ink on greyish paper': { zoom: 3, left: 5, top: 60, ink: 70, paper: 200 },
  'chalk on a dark board': { zoom: 4, left: 0, top: 0, ink: 230, paper: 40 },
}

test.each(Object.entries(ways))('MNIST’s own digits come back: %s', (_, way) => {
  const apart = images.map((image) => difference(digit(drawn(image, way)), image))
  // A pixel of shift alone would be about a half; what is left is another brightness.
  expect(apart.reduce((a, b) => a + b) / apart.length).toBeLessThan(0.08)
  expect(apart.filter((share) => share > 0.3).length).toBeLessThan(8)
})

test('a drawing with transparent paper is taken for what it looks like, in either colour', () => {
  const stroke = (grey: number): RgbaImage => {
    const data = new Uint8ClampedArray(40 * 40 * 4)
    for (let y = 5; y < 35; y++) for (let x = 8; x < 12; x++) data.set([grey, grey, grey, 255], 4 * (y * 40 + x))
    return { data, width: 40, height: 40 }
  }
  const dark = digit(stroke(0))
  expect([...digit(stroke(255))]).toEqual([...dark])
  const rows = Array.from({ length: 28 }, (_, y) => Math.max(...dark.subarray(y * 28, y * 28 + 28)))
  expect(rows.map((value) => value > 0)).toEqual(Array.from({ length: 28 }, (_, y) => y >= 4 && y < 24))
  expect(dark[14 * 28 + 13]).toBe(255)
})

test('the centre of mass is in the pixel after the middle as in MNIST, whatever the size asked for', () => {
  for (const size of [
    [28, 28],
    [8, 8],
    [40, 32],
  ] as const) {
    const image = digit(drawn(images[3]!, ways['chalk on a dark board']), { size })
    let [mass, x, y] = [0, 0, 0]
    image.forEach((value, i) => {
      mass += value
      x += value * ((i % size[1]) + 0.5)
      y += value * (Math.floor(i / size[1]) + 0.5)
    })
    expect(Math.floor(x / mass - size[1] / 2)).toBe(0)
    expect(Math.floor(y / mass - size[0] / 2)).toBe(0)
  }
})

test('blank paper gives zeros, and one pixel is a picture too', () => {
  expect([...digit({ data: new Uint8Array(400).fill(200), width: 10, height: 10 })].every((value) => value === 0)).toBe(
    true,
  )
  expect(digit({ data: Uint8Array.of(0, 0, 0, 255), width: 1, height: 1 })).toHaveLength(784)
})

test('data that does not fill the size is refused', () => {
  const image = { data: new Uint8Array(15), width: 2, height: 2 }
  expect(() => digit(image)).toThrow('image: expected 2 × 2 × 4 bytes (RGBA), found 15.')
  const rule = { size: [2, 2], resize: 'contain', color: 'grey', background: 0 } as const
  expect(() => prepare(image, rule)).toThrow('image: expected 2 × 2 × 4 bytes (RGBA), found 15.')
})
