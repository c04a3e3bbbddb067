import { LONGEST_SIDE } from '@pixelrow/pixels'
import { DataError } from '../error.ts'
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

/** The options with their defaults. Throws a RangeError for what is none of the values, and for options that contradict each other. */
export function planOf(options: PictureOptions): Plan {
  const { resize = 'contain', color = colorOf(options), background = 0, maxValue = 255 } = options
  oneOf('resize', resize, ['contain', 'cover', 'stretch'])
  if (color !== undefined) oneOf('color', color, ['grey', 'rgb'])
  if (!(Number.isInteger(background) && background >= 0 && background <= 255)) {
    throw new RangeError(`background: expected a whole number 0..255, found ${background}.`)
  }
  if (maxValue !== 255)
    throw new RangeError(`maxValue: pixels of pictures are 0..255, found ${maxValue}. Leave it out.`)
  return { size: sizeOf(options), resize, color, background }
}

/** A whole preparation as it comes out of a model's metadata. Throws a RangeError where it is none. */
export function requirePreparation(preparation: Preparation): Preparation {
  const { size, color, resize, background } = planOf(preparation)
  if (!size || !color) throw new RangeError('preparation: expected size and color.')
  return { size: [size[0], size[1]], resize, color, background }
}

/** The size, also where it is given as the images' `shape`. */
function sizeOf({ size, shape }: PictureOptions): readonly [number, number] | undefined {
  const given = size ?? (shape && [shape.height, shape.width])
  if (given === undefined) return undefined
  const [height, width] = typeof given === 'number' ? [given, given] : given
  for (const side of [height, width]) {
    if (Number.isInteger(side) && side >= 1 && side <= LONGEST_SIDE) continue
    throw new RangeError(
      `size: expected a whole number 1..${LONGEST_SIDE} or [height, width], found ${JSON.stringify(size)}.`,
    )
  }
  return [height, width]
}

function colorOf({ shape }: PictureOptions): Preparation['color'] | undefined {
  if (!shape) return undefined
  const { channels = 1 } = shape
  if (channels === 1 || channels === 3) return channels === 1 ? 'grey' : 'rgb'
  throw new RangeError(`shape: pictures have 1 or 3 channels, found ${channels}.`)
}

function oneOf(name: string, found: string, values: string[]): void {
  if (!values.includes(found)) throw new RangeError(`${name}: expected ${values.join(', ')}, found '${found}'.`)
}

/** Refuses two pictures of different sizes where no size was asked for. */
export function requireSameSize(file: string, first: Sized, other: Sized): void {
  if (first.height === other.height && first.width === other.width) return
  throw new DataError({
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
