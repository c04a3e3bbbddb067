import { type Dim, float32, type Tensor } from '@pixelrow/onnx'
import { cast, nary } from '../elementwise.ts'
import { reduce } from '../reduce.ts'
import { resize } from '../resize.ts'
import { expand, take } from '../shaping.ts'
import { constant, fail, plain, type Site, toPlain } from '../signal.ts'
import { axesOf, booleanOf, numberOf, numbersOf, show, wordOf } from './config.ts'
import { image } from './convolutions.ts'
import { type Call, type Rule, rule } from './layer.ts'

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

const resizing = rule(({ site, config }, x) => {
  const sizes = [numberOf(site, config, 'height'), numberOf(site, config, 'width')]
  const method = wordOf(site, config, 'interpolation', ['bilinear', 'nearest'], 'bilinear')
  // tfjs reads the flag so.
  return resize(site, x, { sizes }, { method, alignCorners: !booleanOf(site, config, 'crop_to_aspect_ratio', false) })
})

const upSampling = rule(
  image(({ site, config }, x) => {
    const method = wordOf(site, config, 'interpolation', ['nearest', 'bilinear'], 'nearest')
    return resize(site, x, { factors: numbersOf(site, config, 'size', 2, 2) }, { method })
  }),
)

const centerCrop = rule(({ site, config }, x) => {
  const sizes = [numberOf(site, config, 'height'), numberOf(site, config, 'width')] as const
  const [height, width] = x.dims.slice(1, 3).map((dim) => sizeOf(site, dim)) as [number, number]
  const top = Math.floor((height - sizes[0]) / 2)
  const left = width === sizes[1] ? 0 : Math.floor((width - sizes[1]) / 2) || 1
  if (top < 0 || left < 0) return resize(site, x, { sizes }, { method: 'bilinear' })
  const rows = take(site, x, 1, sampled(top, sizes[0], height))
  return take(site, rows, 2, sampled(left, sizes[1], width))
})

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
    const centered = nary(site, 'Sub', [cast(site, x, 'float32'), mean])
    return nary(site, 'Div', [centered, { ...variance, data: deviation }])
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
  CategoryEncoding: categoryEncoding,
  Normalization: normalization,
}
