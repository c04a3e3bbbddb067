import { type Array64, array64, type Operator } from './interpreter.ts'

/** Operators on images `[N, C, H, W]`, each a plain loop over every product that its definition has. */

interface Place {
  /** Indices into the image, the output and, for convolutions, the kernel. */
  from: number
  to: number
  kernel: number
}

/** Calls `visit` for each pair of an output place and an input place inside its window, of one channel of one image. */
function windows(
  [height, width]: number[],
  [tall, wide]: number[],
  [rows, columns]: number[],
  { strides, pads }: { strides: number[]; pads: number[] },
  visit: (place: Place) => void,
): void {
  for (let y = 0; y < rows!; y++)
    for (let x = 0; x < columns!; x++)
      for (let i = 0; i < tall!; i++)
        for (let j = 0; j < wide!; j++) {
          const [row, column] = [y * strides[0]! + i - pads[0]!, x * strides[1]! + j - pads[1]!]
          if (row < 0 || row >= height! || column < 0 || column >= width!) continue
          visit({ from: row * width! + column, to: y * columns! + x, kernel: i * wide! + j })
        }
}

type Attributes = Parameters<Operator>[1]
const list = (attributes: Attributes, name: string) => attributes[name] as number[]
const geometry = (attributes: Attributes) => ({ strides: list(attributes, 'strides'), pads: list(attributes, 'pads') })
const area = (dims: number[]) => dims[0]! * dims[1]!

function outputSize(size: number[], kernel: number[], { strides, pads }: ReturnType<typeof geometry>): number[] {
  return size.map((length, i) => Math.floor((length + pads[i]! + pads[i + 2]! - kernel[i]!) / strides[i]!) + 1)
}

/** Walks all products x · w of a convolution, telling where each belongs. */
function convolve(
  [batch, channels, size]: [number, number, number[]],
  [filters, kernel, output]: [number, number[], number[]],
  attributes: Attributes,
  visit: (x: number, w: number, y: number) => void,
): void {
  windows(size, kernel, output, geometry(attributes), ({ from, to, kernel: at }) => {
    for (let n = 0; n < batch; n++)
      for (let k = 0; k < filters; k++)
        for (let c = 0; c < channels; c++)
          visit(
            (n * channels + c) * area(size) + from,
            (k * channels + c) * area(kernel) + at,
            (n * filters + k) * area(output) + to,
          )
  })
}

const conv: Operator = ([x, w, b], attributes) => {
  const [batch, channels, ...size] = x!.dims as [number, number, ...number[]]
  const [filters, , ...kernel] = w!.dims as [number, number, ...number[]]
  const output = outputSize(size, kernel, geometry(attributes))
  const y = new Float64Array(batch * filters * area(output))
  if (b) for (let i = 0; i < y.length; i++) y[i] = b.data[Math.floor(i / area(output)) % filters]!
  convolve([batch, channels, size], [filters, kernel, output], attributes, (i, j, o) => {
    y[o]! += x!.data[i]! * w!.data[j]!
  })
  return [array64([batch, filters, ...output], y)]
}

const convGradInput: Operator = ([dy, w], attributes) => {
  const [batch, filters, ...output] = dy!.dims as [number, number, ...number[]]
  const [, channels, ...kernel] = w!.dims as [number, number, ...number[]]
  const size = list(attributes, 'input_shape')
  const dx = new Float64Array(batch * channels * area(size))
  convolve([batch, channels, size], [filters, kernel, output], attributes, (i, j, o) => {
    dx[i]! += dy!.data[o]! * w!.data[j]!
  })
  return [array64([batch, channels, ...size], dx)]
}

const convGradWeight: Operator = ([x, dy], attributes) => {
  const [batch, channels, ...size] = x!.dims as [number, number, ...number[]]
  const [, filters, ...output] = dy!.dims as [number, number, ...number[]]
  const kernel = list(attributes, 'kernel_shape')
  const dw = new Float64Array(filters * channels * area(kernel))
  convolve([batch, channels, size], [filters, kernel, output], attributes, (i, j, o) => {
    dw[j]! += x!.data[i]! * dy!.data[o]!
  })
  return [array64([filters, channels, ...kernel], dw)]
}

const maxPool: Operator = ([x], attributes) => {
  const [batch, channels, ...size] = x!.dims as [number, number, ...number[]]
  const kernel = list(attributes, 'kernel_shape')
  const output = outputSize(size, kernel, geometry(attributes))
  const y = new Float64Array(batch * channels * area(output)).fill(-Infinity)
  const indices = new Float64Array(y.length)
  windows(size, kernel, output, geometry(attributes), ({ from, to }) => {
    for (let image = 0; image < batch * channels; image++) {
      const [i, o] = [image * area(size) + from, image * area(output) + to]
      if (x!.data[i]! > y[o]!) [y[o], indices[o]] = [x!.data[i]!, i]
    }
  })
  const dims = [batch, channels, ...output]
  return [array64(dims, y), array64(dims, indices)]
}

const maxPoolGrad: Operator = ([dy, x, , indices]) => {
  const dx = new Float64Array(x!.data.length)
  dy!.data.forEach((value, i) => {
    dx[indices!.data[i]!]! += value
  })
  return [array64(x!.dims, dx)]
}

/** How many pixels each window of an average holds. */
function countPixels(size: number[], kernel: number[], output: number[], attributes: Attributes): Float64Array {
  const counts = new Float64Array(area(output))
  windows(size, kernel, output, geometry(attributes), ({ to }) => {
    counts[to]!++
  })
  return counts
}

const averagePool: Operator = ([x], attributes) => {
  const [batch, channels, ...size] = x!.dims as [number, number, ...number[]]
  const kernel = list(attributes, 'kernel_shape')
  const output = outputSize(size, kernel, geometry(attributes))
  const counts = countPixels(size, kernel, output, attributes)
  const y = new Float64Array(batch * channels * area(output))
  windows(size, kernel, output, geometry(attributes), ({ from, to }) => {
    for (let image = 0; image < batch * channels; image++) {
      y[image * area(output) + to]! += x!.data[image * area(size) + from]! / counts[to]!
    }
  })
  return [array64([batch, channels, ...output], y)]
}

const averagePoolGrad: Operator = ([dy], attributes) => {
  const [batch, channels, ...output] = dy!.dims as [number, number, ...number[]]
  const [size, kernel] = [list(attributes, 'input_shape'), list(attributes, 'kernel_shape')]
  const counts = countPixels(size, kernel, output, attributes)
  const dx = new Float64Array(batch * channels * area(size))
  windows(size, kernel, output, geometry(attributes), ({ from, to }) => {
    for (let image = 0; image < batch * channels; image++) {
      dx[image * area(size) + from]! += dy!.data[image * area(output) + to]! / counts[to]!
    }
  })
  return [array64([batch, channels, ...size], dx)]
}

const globalAveragePool: Operator = ([x]) => {
  const [batch, channels, ...size] = x!.dims as [number, number, ...number[]]
  const pixels = area(size)
  const mean = (i: number) => x!.data.slice(i * pixels, (i + 1) * pixels).reduce((a, b) => a + b, 0) / pixels
  return [
    array64(
      [batch, channels, 1, 1],
      Array.from({ length: batch * channels }, (_, i) => mean(i)),
    ),
  ]
}

/** The channel of a flat index. */
const channelOf = ({ dims }: Array64, flat: number) =>
  Math.floor(flat / dims.slice(2).reduce((a, b) => a * b, 1)) % dims[1]!

/** Each channel's mean of `value(i)` over all its elements. */
function channelMeans(x: Array64, value: (flat: number) => number): Float64Array {
  const sums = new Float64Array(x.dims[1]!)
  x.data.forEach((_, i) => {
    sums[channelOf(x, i)]! += value(i)
  })
  return sums.map((sum) => sum / (x.data.length / x.dims[1]!))
}

const batchNormTrain: Operator = ([x, weight, bias], { epsilon }) => {
  const mean = channelMeans(x!, (i) => x!.data[i]!)
  const variance = channelMeans(x!, (i) => (x!.data[i]! - mean[channelOf(x!, i)]!) ** 2)
  const inverseStd = variance.map((value) => 1 / Math.sqrt(value + Number(epsilon)))
  const normalized = x!.data.map((value, i) => (value - mean[channelOf(x!, i)]!) * inverseStd[channelOf(x!, i)]!)
  const y = normalized.map((value, i) => value * weight!.data[channelOf(x!, i)]! + bias!.data[channelOf(x!, i)]!)
  const channels = [x!.dims[1]!]
  return [
    array64(x!.dims, y),
    array64(x!.dims, normalized),
    array64(channels, mean),
    array64(channels, variance),
    array64(channels, inverseStd),
  ]
}

const batchNormGrad: Operator = ([dy, normalized, inverseStd, weight]) => {
  const count = dy!.data.length / dy!.dims[1]!
  const mean = channelMeans(dy!, (i) => dy!.data[i]!)
  const product = channelMeans(dy!, (i) => dy!.data[i]! * normalized!.data[i]!)
  const dx = dy!.data.map((value, i) => {
    const c = channelOf(dy!, i)
    return weight!.data[c]! * inverseStd!.data[c]! * (value - mean[c]! - normalized!.data[i]! * product[c]!)
  })
  const channels = [dy!.dims[1]!]
  return [
    array64(dy!.dims, dx),
    array64(
      channels,
      product.map((value) => value * count),
    ),
    array64(
      channels,
      mean.map((value) => value * count),
    ),
  ]
}

/** By name; those of the domain `pixelrow` and ONNX's do not clash but for MaxPool, which training has with indices. */
export const imageOperators: Record<string, Operator> = {
  Conv: conv,
  ConvGradInput: convGradInput,
  ConvGradWeight: convGradWeight,
  MaxPool: maxPool,
  MaxPoolGrad: maxPoolGrad,
  AveragePool: averagePool,
  AveragePoolGrad: averagePoolGrad,
  GlobalAveragePool: globalAveragePool,
  BatchNormTrain: batchNormTrain,
  BatchNormGrad: batchNormGrad,
}
