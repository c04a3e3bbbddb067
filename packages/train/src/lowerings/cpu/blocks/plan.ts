import type { Geometry } from './geometry.ts'

/**
 * Why a convolution stays plain; undefined where blocks are better. A fixed rule of shapes and block size, never of a timing: the same
 * seed must give the same bits. Where it fits, a net on blocks took about a third of the plain one's time on two threads, small images and
 * large (`bench/train/cnn.mjs`, with and without `--plain`). Other numbers of channels stay plain: filling up a block adds work for nothing.
 */
export function reasonAgainst(geometry: Geometry, block: number, isStem: boolean): string | undefined {
  const { batch, channels, filters, kernel, pads, phases } = geometry
  if (batch % block) return `a batch of ${batch} is not a multiple of ${block}`
  if (filters % block) return `${filters} filters are not a multiple of ${block}`
  if (isStem) return channels * phases < block ? undefined : `${channels * phases} channels are not fewer than ${block}`
  if (channels % block) return `${channels} channels are not a multiple of ${block}`
  if (pads.some((pad, i) => pad >= kernel[i % 2]!)) return 'padding as wide as the filter'
  return undefined
}
