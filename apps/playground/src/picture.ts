import type { ImageShape } from '@pixelrow/infer-web'

/** An image as the model takes it. */
export interface Image {
  pixels: Uint8Array | Float32Array
  shape: ImageShape
  maxValue: number
}

/** Paints raw pixels, one canvas pixel each, in white on black as the model knows them; CSS enlarges the canvas. */
export function paint(canvas: HTMLCanvasElement, { pixels, shape, maxValue }: Image): void {
  const { height, width, channels, channelOrder } = shape
  canvas.height = height
  canvas.width = width
  const image = new ImageData(width, height)
  for (let at = 0; at < height * width; at++) {
    for (let color = 0; color < 3; color++) {
      const channel = Math.min(color, channels - 1)
      const from = channelOrder === 'planar' ? channel * height * width + at : at * channels + channel
      image.data[at * 4 + color] = ((pixels[from] ?? 0) / maxValue) * 255
    }
    image.data[at * 4 + 3] = 255
  }
  canvas.getContext('2d')?.putImageData(image, 0, 0)
}
