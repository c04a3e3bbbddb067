import { type Dim, float32, type Tensor } from '@pixelrow/onnx'
import { cast, nary } from '../elementwise.ts'
import { reduce } from '../reduce.ts'
import { resize } from '../resize.ts'
import { expand, slice, take } from '../shaping.ts'
import { constant, fail, plain, type Signal, type Site, toPlain } from '../signal.ts'
import { axesOf, booleanOf, numberOf, numbersOf, show, wordOf } from './config.ts'
import { image } from './convolutions.ts'
import { type Call, type Rule, rule } from './layer.ts'
import { isKeras, writtenBy } from './writtenby.ts'

const rescaling = rule(({ site, config }, x) => {
  const float = cast(site, x, 'float32')
  const numbers = (field: string, fallback: number) => factorOf(site, config[field] ?? fallback, field)
  const product = nary(site, 'Mul', [float, numbers('scale', 1)])
  const offset = numbers('offset', 0)
  return offset.data.length === 1 && offset.data[0] === 0 ? product : nary(site, 'Add', [product, offset])
})

/** One number, or one a channel, as Keras' own models have. */
function factorOf(site: Site, value: unknown, field: string): Tensor {
  const list = Array.isArray(value) ? value : [value]
  if (!list.every((each) => typeof each === 'number')) fail(site, `${field} is ${show(value)}; expected numbers.`)
  return Array.isArray(value) ? float32(list) : float32(list[0]!)
}

const resizing = rule(
  image(({ site, config }, x) => {
    const sizes = [numberOf(site, config, 'height'), numberOf(site, config, 'width')] as const
    const method = wordOf(site, config, 'interpolation', ['bilinear', 'nearest'], 'bilinear')
    const cropped = booleanOf(site, config, 'crop_to_aspect_ratio', false)
    for (const field of ['pad_to_aspect_ratio', 'antialias'])
      if (booleanOf(site, config, field, false)) fail(site, `${field} is true; expected false.`)
    // tfjs reads the flag so.
    if (!isKeras(site, 'Resizing')) return resize(site, x, { sizes }, { method, alignCorners: !cropped })
    const part = cropped ? ofShape(site, x, sizes) : x
    return resize(site, part, { sizes }, { method, halfPixelCenters: true })
  }),
)

/** The largest part of an image in its middle that has the shape of `sizes`, as Keras cuts it. */
function ofShape(site: Site, x: Signal, [rows, columns]: readonly [number, number]): Signal {
  const [height, width] = x.dims.slice(1, 3).map((dim) => sizeOf(site, dim)) as [number, number]
  const within = (size: number, most: number) => Math.max(1, Math.min(most, Math.floor(size)))
  return middle(site, x, [within((width * rows) / columns, height), within((height * columns) / rows, width)])
}

/** The middle of an image, the smaller half before it where there is no middle. */
function middle(site: Site, x: Signal, sizes: readonly [number, number]): Signal {
  const whole = x.dims.slice(1, 3).map((dim) => sizeOf(site, dim))
  const starts = whole.map((size, axis) => Math.floor((size - sizes[axis]!) / 2))
  if (whole.every((size, axis) => size === sizes[axis])) return x
  return slice(site, x, { axes: [1, 2], starts, ends: starts.map((start, axis) => start + sizes[axis]!) })
}

const upSampling = rule(
  image(({ site, config }, x) => {
    const method = wordOf(site, config, 'interpolation', ['nearest', 'bilinear'], 'nearest')
    const halfPixelCenters = method === 'bilinear' && isKeras(site, 'bilinear upsampling')
    return resize(site, x, { factors: numbersOf(site, config, 'size', 2, 2) }, { method, halfPixelCenters })
  }),
)

const centerCrop = rule(
  image(({ site, config }, x) => {
    const sizes = [numberOf(site, config, 'height'), numberOf(site, config, 'width')] as const
    return isKeras(site, 'CenterCrop') ? kerasCrop(site, x, sizes) : tfjsCrop(site, x, sizes)
  }),
)

/** After training, Keras 3 leaves images as they are, and Keras 2 resizes the largest middle part of that shape. */
const randomCrop: Rule = {
  lower: ({ site, config }, x) => {
    if (writtenBy(site, 'RandomCrop') !== 'keras2') return x
    return fitted(site, x, [numberOf(site, config, 'height'), numberOf(site, config, 'width')])
  },
  passive: true,
}

/** The largest part in the middle that has the shape of `sizes`, in that size. */
function fitted(site: Site, x: Signal, sizes: readonly [number, number]): Signal {
  return resize(site, ofShape(site, x, sizes), { sizes }, { method: 'bilinear', halfPixelCenters: true })
}

/** An image that is smaller than what is to be cut out of it is enlarged to it. */
function kerasCrop(site: Site, x: Signal, sizes: readonly [number, number]): Signal {
  const fits = x.dims.slice(1, 3).every((dim, axis) => sizeOf(site, dim) >= sizes[axis]!)
  return fits ? middle(site, x, sizes) : fitted(site, x, sizes)
}

function tfjsCrop(site: Site, x: Signal, sizes: readonly [number, number]): Signal {
  const [height, width] = x.dims.slice(1, 3).map((dim) => sizeOf(site, dim)) as [number, number]
  const top = Math.floor((height - sizes[0]) / 2)
  const left = width === sizes[1] ? 0 : Math.floor((width - sizes[1]) / 2) || 1
  if (top < 0 || left < 0) return resize(site, x, { sizes }, { method: 'bilinear' })
  const rows = take(site, x, 1, sampled(top, sizes[0], height))
  return take(site, rows, 2, sampled(left, sizes[1], width))
}

function sizeOf(site: Site, dim: Dim): number {
  return typeof dim === 'number'
    ? dim
    : fail(site, 'the size of its input is known only when it runs. Pass inputShapes.')
}

/** The places that tfjs crops: it samples between corners of 0..1, in float32, and so not the pixels that one expects. */
function sampled(start: number, count: number, size: number): number[] {
  const [low, high] = [Math.fround(start / size), Math.fround((start + count) / size)]
  const step = count > 1 ? ((high - low) * (size - 1)) / (count - 1) : 0
  const from = count > 1 ? low * (size - 1) : 0.5 * (low + high) * (size - 1)
  return Array.from({ length: count }, (_, at) => Math.min(size - 1, Math.round(from + at * step)))
}

const categoryEncoding = rule(({ site, config }, x) => {
  const tokens = numberOf(site, config, 'num_tokens')
  const mode = wordOf(site, config, 'output_mode', ['int', 'one_hot', 'multi_hot', 'count'], 'multi_hot')
  const whole = cast(site, toPlain(site, x), 'int32')
  if (mode === 'int') return whole
  if (x.dims.length !== 2) fail(site, `expected an input of rank 2, found [${x.dims}].`)
  if (mode === 'one_hot' && x.dims[1] !== 1) fail(site, `one_hot takes one token a row, found an input [${x.dims}].`)
  const places = plain(
    constant(site, 'tokens', {
      dataType: 'int32',
      dims: [tokens],
      data: Int32Array.from({ length: tokens }, (_, at) => at),
    }),
  )
  const hits = nary(site, 'Equal', [expand(site, whole, [2]), places])
  const numbers = cast(site, hits, 'float32')
  return reduce(site, mode === 'count' ? 'Sum' : 'Max', numbers, [1], false)
})

const normalization: Rule = {
  weights: ({ mean }) => (mean == null ? ['mean', 'variance'] : []),
  lower: (call, x) => {
    const { site, config } = call
    const axes = axesOf(site, config, 'axis', -1)
    if (axes.length !== 1 || (axes[0] !== -1 && axes[0] !== x.dims.length - 1)) fail(site, 'expected the last axis.')
    const mean = momentOf(call, 'mean')
    const variance = momentOf(call, 'variance')
    const deviation = (variance.data as Float32Array).map((value) => Math.max(Math.sqrt(value), 1e-7))
    const [float, divisor] = [cast(site, x, 'float32'), { ...variance, data: deviation }]
    if (booleanOf(site, config, 'invert', false)) {
      return nary(site, 'Add', [nary(site, 'Mul', [float, divisor]), mean])
    }
    return nary(site, 'Div', [nary(site, 'Sub', [float, mean]), divisor])
  },
}

/** A weight, or numbers in the config, with one value or one a channel. */
function momentOf({ site, config, weight }: Call, name: string): Tensor {
  const given = config[name]
  if (given == null) return weight(name)
  const list = [given].flat(9).map(Number)
  return list.every(Number.isFinite) ? float32(list) : fail(site, `${name} is ${show(given)}; expected numbers.`)
}

/** Layers that prepare their input. */
export const preprocessing: Readonly<Record<string, Rule>> = {
  Rescaling: rescaling,
  Resizing: resizing,
  UpSampling2D: upSampling,
  CenterCrop: centerCrop,
  RandomCrop: randomCrop,
  CategoryEncoding: categoryEncoding,
  Normalization: normalization,
}
