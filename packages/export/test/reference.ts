import type { Layer, Model, Padding, Size, Tensor } from '@pixelrow/model'

/** Values in channel, row, column order, with `[channels, height, width]`, or `[values]` of a vector. */
interface Signal {
  values: number[]
  shape: number[]
}

type Weights = Record<string, Tensor>

/** One image through the network in float64, written apart from the exporter: raw pixels to probabilities. */
export function forward({ architecture, weights }: Model, pixels: Uint8Array): number[] {
  const { channels, height, width } = architecture.input.shape
  const image = { values: scaled(architecture.input, pixels), shape: [channels, height, width] }
  return softmax(through(architecture.layers, '', image, weights).values)
}

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

function through(layers: readonly Layer[], prefix: string, x: Signal, weights: Weights): Signal {
  return layers.reduce((signal, layer, index) => apply(layer, `${prefix}${index}.`, signal, weights), x)
}

function apply(layer: Layer, prefix: string, x: Signal, weights: Weights): Signal {
  const array = (name: string) => weights[prefix + name]?.data
  const { values, shape } = x
  switch (layer.type) {
    case 'flatten':
      return { values, shape: [values.length] }
    case 'dropout':
      return x
    case 'dense':
      return dense(values, array('weight')!, array('bias'), layer.units)
    case 'conv2d':
      return convolve(x, layer.filters, layer.kernelSize, layer, array('weight')!, array('bias'))
    case 'maxPool2d':
      return eachWindow(x, layer.size, layer, (window) => Math.max(...window))
    case 'averagePool2d':
      return eachWindow(x, layer.size, layer, average)
    case 'globalMaxPool':
      return { values: planes(x).map((plane) => Math.max(...plane)), shape: [shape[0]!] }
    case 'globalAveragePool':
      return { values: planes(x).map(average), shape: [shape[0]!] }
    case 'batchNorm': {
      const [weight, bias] = [array('weight')!, array('bias')!]
      const [mean, variance] = [array('runningMean')!, array('runningVariance')!]
      const normalized = planes(x).flatMap((plane, c) => {
        const deviation = Math.sqrt(variance[c]! + (layer.epsilon ?? 1e-5))
        return plane.map((value) => ((value - mean[c]!) / deviation) * weight[c]! + bias[c]!)
      })
      return { values: normalized, shape }
    }
    case 'residual': {
      const main = through(layer.layers, `${prefix}layers.`, x, weights)
      const side = through(layer.shortcut ?? [], `${prefix}shortcut.`, x, weights)
      return { values: main.values.map((value, at) => value + side.values[at]!), shape: main.shape }
    }
    default:
      return { values: values.map(functions[layer.type]), shape }
  }
}

const functions = {
  relu: (x: number) => Math.max(x, 0),
  gelu: (x: number) => x * 0.5 * (1 + erf(x / Math.SQRT2)),
  silu: (x: number) => x / (1 + Math.exp(-x)),
  sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
}

/** Its Maclaurin series, which is exact enough up to 5; beyond, erf is 1 but for 1e-12. */
function erf(x: number): number {
  if (Math.abs(x) > 5) return Math.sign(x)
  let [sum, power] = [0, x]
  for (let n = 0; n < 120; n++) {
    sum += power / (2 * n + 1)
    power *= -(x * x) / (n + 1)
  }
  return (2 / Math.sqrt(Math.PI)) * sum
}

function average(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length
}

/** The values of each channel, or each value of a vector. */
function planes({ values, shape }: Signal): number[][] {
  const size = values.length / shape[0]!
  return Array.from({ length: shape[0]! }, (_, channel) => values.slice(channel * size, (channel + 1) * size))
}

function dense(x: number[], weight: ArrayLike<number>, bias: ArrayLike<number> | undefined, units: number): Signal {
  const unit = (_: unknown, u: number) =>
    x.reduce((sum, value, at) => sum + value * weight[at * units + u]!, bias?.[u] ?? 0)
  return { values: Array.from({ length: units }, unit), shape: [units] }
}

interface Moves {
  stride?: Size
  padding?: Padding
}

/** The start of each window along an axis, in pixels of the image: negative in the padding before it. */
function starts(size: number, axis: 0 | 1, window: Size, fallback: Size, { stride, padding }: Moves): number[] {
  const of = (value: Size) => (typeof value === 'number' ? value : value[axis])
  const [kernel, step] = [of(window), of(stride ?? fallback)]
  if (padding === 'same') {
    const count = Math.ceil(size / step)
    const missing = Math.max(0, (count - 1) * step + kernel - size)
    return Array.from({ length: count }, (_, at) => at * step - Math.floor(missing / 2))
  }
  const around = padding === undefined || padding === 'valid' ? 0 : padding
  const [before, after] = typeof around === 'number' ? [around, around] : [around[axis], around[axis + 2]!]
  const found: number[] = []
  for (let start = -before; start + kernel <= size + after; start += step) found.push(start)
  return found
}

/** What `take` makes of the values in each window of each channel; pixels outside the image are not among them. */
function eachWindow(x: Signal, size: Size, moves: Moves, take: (values: number[]) => number): Signal {
  const [channels, height, width] = x.shape as [number, number, number]
  const [tall, wide] = typeof size === 'number' ? [size, size] : size
  const rows = starts(height, 0, size, size, moves)
  const columns = starts(width, 1, size, size, moves)
  const values = planes(x).flatMap((plane) =>
    rows.flatMap((top) =>
      columns.map((left) =>
        take(
          plane.filter((_, at) => {
            const [row, column] = [Math.floor(at / width) - top, (at % width) - left]
            return row >= 0 && row < tall && column >= 0 && column < wide
          }),
        ),
      ),
    ),
  )
  return { values, shape: [channels, rows.length, columns.length] }
}

function convolve(
  x: Signal,
  filters: number,
  size: Size,
  moves: Moves,
  weight: ArrayLike<number>,
  bias?: ArrayLike<number>,
): Signal {
  const [channels, height, width] = x.shape as [number, number, number]
  const [tall, wide] = typeof size === 'number' ? [size, size] : size
  const rows = starts(height, 0, size, 1, moves)
  const columns = starts(width, 1, size, 1, moves)
  const values: number[] = []
  for (let filter = 0; filter < filters; filter++) {
    for (const top of rows) {
      for (const left of columns) {
        let sum = bias?.[filter] ?? 0
        for (let c = 0; c < channels; c++) {
          for (let i = Math.max(0, -top); i < tall && top + i < height; i++) {
            for (let j = Math.max(0, -left); j < wide && left + j < width; j++) {
              const pixel = x.values[(c * height + top + i) * width + left + j]!
              sum += pixel * weight[((filter * channels + c) * tall + i) * wide + j]!
            }
          }
        }
        values.push(sum)
      }
    }
  }
  return { values, shape: [filters, rows.length, columns.length] }
}

function softmax(logits: number[]): number[] {
  const max = Math.max(...logits)
  const powers = logits.map((value) => Math.exp(value - max))
  const sum = powers.reduce((a, b) => a + b)
  return powers.map((power) => power / sum)
}
