import { like } from '../../../../common/options.ts'
import { DataError } from '../error.ts'
import { checkValue, conflict } from '../options.ts'
import type { PictureOptions, Preparation } from '../types.ts'

/** A preparation of which size and colour may still depend on the pictures. */
export interface Plan {
  /** Height and width; undefined means the pictures' common size. */
  size: readonly [number, number] | undefined
  resize: Preparation['resize']
  /** Undefined means grey if all pictures are. */
  color: Preparation['color'] | undefined
  background: number
}

/** The options with their defaults. Throws a DataError for a shape that says something else than size or colour, or what no picture has. */
export function planOf(options: PictureOptions): Plan {
  const { resize = 'contain', background = 0 } = options
  return { size: sizeOf(options), resize, color: colorOf(options), background }
}

const sidesOf = (size: number | readonly [number, number]) =>
  typeof size === 'number' ? ([size, size] as const) : size

/** The size, also where it is given as the images' `shape`. */
function sizeOf({ size, shape, name }: PictureOptions): Plan['size'] {
  if (size === undefined) return shape && [shape.height, shape.width]
  const [height, width] = sidesOf(size)
  if (shape && (shape.height !== height || shape.width !== width)) conflict(name ?? 'pictures', 'size', 'shape')
  return [height, width]
}

/** The colour, also where it is given as the channels of the images' `shape`. */
function colorOf({ color, shape, name = 'pictures' }: PictureOptions): Plan['color'] {
  if (!shape) return color
  const { channels = 1 } = shape
  const other = channels === 1 ? 'grey' : 'rgb'
  if (color !== undefined && color !== other) conflict(name, 'color', 'shape')
  checkValue(
    name,
    'shape.channels',
    channels,
    like('1 or 3, as pictures have', (count) => count === 1 || count === 3),
  )
  return other
}

/** Refuses two pictures of different sizes where no size was asked for. */
export function requireSameSize(file: string, first: Sized, other: Sized): void {
  if (first.height === other.height && first.width === other.width) return
  throw new DataError({
    code: 'DATA_PICTURE_SIZES',
    params: { first, other },
    file,
    expected: `pictures of one size (${first.name} is ${first.width} × ${first.height})`,
    found: `${other.name} of ${other.width} × ${other.height}`,
    advice: 'Pass size: a number or [height, width], and they are resized.',
  })
}

interface Sized {
  name: string
  height: number
  width: number
}
