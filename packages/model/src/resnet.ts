import { anything } from '../../../common/options.ts'
import { check } from './options.ts'
import { architectureOf, type Source } from './source.ts'
import { filterList, positiveInteger } from './strict.ts'
import type { Architecture, Conv2dLayer, Layer } from './types.ts'

/**
 * A small residual network (He et al. 2015, arXiv:1512.03385, section 4.2): a 3×3 convolution, then `blocks` (default 1)
 * residual blocks for each entry of `filters` (default `[16, 32, 64]`), each entry after the first at half the size, the
 * average of each channel, and one logit a class. Throws a `ModelError` when `source` has fewer than two classes or a
 * number is not a positive whole one.
 */
export function resnet(source: Source, options: { filters?: readonly number[]; blocks?: number } = {}): Architecture {
  check('resnet', options, { filters: anything, blocks: anything })
  const filters = filterList(options.filters ?? [16, 32, 64])
  const blocks = positiveInteger(options.blocks ?? 1, 'blocks')
  const stages = filters.flatMap((count, stage) =>
    Array.from({ length: blocks }, (_, place) => block(count, stage > 0 && place === 0)),
  )
  const stem = [...normalized(conv(filters[0]!, 3)), relu]
  return architectureOf(source, [...stem, ...stages.flat(), { type: 'globalAveragePool' }])
}

const relu: Layer = { type: 'relu' }

function block(filters: number, halve: boolean): Layer[] {
  const stride = halve ? 2 : undefined
  const layers = [...normalized(conv(filters, 3, stride)), relu, ...normalized(conv(filters, 3))]
  return [{ type: 'residual', layers, ...(halve && { shortcut: normalized(conv(filters, 1, stride)) }) }, relu]
}

/** No bias: the normalisation would take it away again. */
function conv(filters: number, kernelSize: 1 | 3, stride?: number): Conv2dLayer {
  // Not `same`: with stride 2 it would centre 3×3 windows beside the shortcut's pixels.
  const padding = kernelSize === 3 ? { padding: 1 } : {}
  return { type: 'conv2d', filters, kernelSize, ...(stride && { stride }), ...padding, bias: false }
}

function normalized(layer: Conv2dLayer): Layer[] {
  return [layer, { type: 'batchNorm' }]
}
