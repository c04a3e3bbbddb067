import { type Attribute, type Dim, float32, string } from '@pixelrow/onnx'
import { take } from './shaping.ts'
import { constant, emit, fail, first, type Signal, type Site, toFirst } from './signal.ts'

/** How an image is resampled. */
export interface Resampling {
  method: 'nearest' | 'bilinear'
  alignCorners?: boolean
  halfPixelCenters?: boolean
}

/** An image with other numbers of rows and columns, in numbers or as multiples of its own. */
export function resize(
  site: Site,
  x: Signal,
  target: { sizes: readonly number[] } | { factors: readonly number[] },
  how: Resampling,
): Signal {
  const image = toFirst(site, x)
  const spatial = image.dims.slice(1, -1)
  if (spatial.length !== 2) fail(site, `expected an image, found [${x.dims}].`)
  const whole = wholeFactors(spatial, target)
  if (whole?.every((factor) => factor === 1)) return image
  if (how.method === 'bilinear') return resampled(site, image, whole ?? scales(site, spatial, target), how)
  if (whole && !how.alignCorners) return resampled(site, image, whole, how)
  return nearest(site, image, sizesOf(site, spatial, target), how)
}

/** The factors that are whole numbers, if both are. */
function wholeFactors(spatial: readonly Dim[], target: { sizes: readonly number[] } | { factors: readonly number[] }) {
  const factors =
    'factors' in target
      ? target.factors
      : target.sizes.map((size, axis) => (typeof spatial[axis] === 'number' ? size / spatial[axis] : Number.NaN))
  return factors.every(Number.isInteger) ? factors : undefined
}

function sizesOf(
  site: Site,
  spatial: readonly Dim[],
  target: { sizes: readonly number[] } | { factors: readonly number[] },
) {
  return spatial.map((dim, axis): [number, number] => {
    if (typeof dim !== 'number')
      return fail(site, 'the size of its input is known only when it runs. Pass inputShapes.')
    return [dim, 'sizes' in target ? target.sizes[axis]! : Math.floor(dim * target.factors[axis]!)]
  })
}

/** Sizes would have to name the batch, which only a run knows; scales need not. */
function scales(site: Site, spatial: readonly Dim[], target: Parameters<typeof sizesOf>[2]): number[] {
  return sizesOf(site, spatial, target).map(([from, to]) => scaleTo(from, to))
}

/** The float32 scale whose product with the old size rounds down to the new one. */
function scaleTo(from: number, to: number): number {
  const scale = new Float32Array([to / from])
  const fits = () => Math.floor(Math.fround(scale[0]! * from)) === to && Math.floor(scale[0]! * from) === to
  if (!fits()) new Uint32Array(scale.buffer)[0]! += 1
  return scale[0]!
}

function resampled(site: Site, { value }: Signal, factors: readonly number[], how: Resampling): Signal {
  const { method, alignCorners = false, halfPixelCenters = false } = how
  const centers = halfPixelCenters && method === 'bilinear'
  const places = alignCorners ? 'align_corners' : centers ? 'half_pixel' : 'asymmetric'
  const mode: Record<string, Attribute> =
    method === 'bilinear' ? { mode: string('linear') } : { mode: string('nearest'), nearest_mode: string('floor') }
  const inputs = [value, undefined, constant(site, 'scales', float32([1, 1, ...factors]))]
  return first(emit(site, 'Resize', inputs, { coordinate_transformation_mode: string(places), ...mode }))
}

/** The nearest pixels by number: runtimes round a scale that is no whole number each in their own way. */
function nearest(site: Site, x: Signal, sizes: readonly [number, number][], how: Resampling): Signal {
  return sizes.reduce((image, [from, to], axis) => {
    const ratio = how.alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to
    const places = Array.from({ length: to }, (_, at) => {
      const place = how.halfPixelCenters ? ratio * (at + 0.5) : ratio * at
      return Math.max(0, Math.min(from - 1, how.alignCorners ? Math.round(place) : Math.floor(place)))
    })
    return places.length === from && places.every((place, at) => place === at)
      ? image
      : take(site, image, axis + 1, places)
  }, x)
}
