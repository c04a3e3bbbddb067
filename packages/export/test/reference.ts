import type { Layer, Model } from '@pixelrow/model'

/** One image through the network in float64, written apart from the exporter: raw pixels to probabilities. */
export function forward({ architecture, weights }: Model, pixels: Uint8Array): number[] {
  let x = scaled(architecture.input, pixels)
  architecture.layers.forEach((layer, index) => {
    x = apply(layer, x, [...(weights[`${index}.weight`]?.data ?? [])], [...(weights[`${index}.bias`]?.data ?? [])])
  })
  return softmax(x)
}

/** Values in channel, row, column order. */
function scaled({ shape, maxValue, mean, std }: Model['architecture']['input'], pixels: Uint8Array): number[] {
  const { height, width, channels, channelOrder } = shape
  const values: number[] = []
  for (let channel = 0; channel < channels; channel++) {
    for (let at = 0; at < height * width; at++) {
      const place = channelOrder === 'planar' ? channel * height * width + at : at * channels + channel
      values.push((pixels[place]! / maxValue - (mean?.[channel] ?? 0)) / (std?.[channel] ?? 1))
    }
  }
  return values
}

function apply(layer: Layer, x: number[], weight: number[], bias: number[]): number[] {
  switch (layer.type) {
    case 'flatten':
      return x
    case 'dense':
      return Array.from({ length: layer.units }, (_, unit) =>
        x.reduce((sum, value, at) => sum + value * weight[at * layer.units + unit]!, bias[unit] ?? 0),
      )
    case 'relu':
      return x.map((value) => Math.max(value, 0))
    case 'sigmoid':
      return x.map((value) => 1 / (1 + Math.exp(-value)))
    case 'tanh':
      return x.map(Math.tanh)
  }
}

function softmax(logits: number[]): number[] {
  const max = Math.max(...logits)
  const powers = logits.map((value) => Math.exp(value - max))
  const sum = powers.reduce((a, b) => a + b)
  return powers.map((power) => power / sum)
}
