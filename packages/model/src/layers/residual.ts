import { ModelError } from '../error.ts'
import { describeShape, elements, formatShape } from '../shape.ts'
import type { ResidualLayer } from '../types.ts'
import type { LayerKind } from './kind.ts'

/** The sum of what its layers give and what the shortcut gives. */
export const residual: LayerKind<ResidualLayer> = {
  options: ['layers', 'shortcut'],

  parse(fields, _, layersOf) {
    const layers = layersOf('layers')
    return { type: 'residual', layers, ...(fields.shortcut !== undefined && { shortcut: layersOf('shortcut') }) }
  },

  branches: ({ layers, shortcut = [] }) => ({ layers, shortcut }),

  output(layer, _, at, [main, side]) {
    if (formatShape(main!) === formatShape(side!)) return main!
    const other = layer.shortcut ? 'its shortcut gives' : 'without a shortcut its input is'
    const fix = layer.shortcut
      ? 'Change one of them.'
      : "Give it a shortcut of that shape, such as a conv2d with kernelSize: 1 and the layers' filters and stride."
    const [expected, found] = [describeShape(side!), describeShape(main!)]
    const message = `${at}: its layers give ${found}, ${other} ${expected}; expected equal shapes. ${fix}`
    throw new ModelError('MODEL_SHAPE_UNFIT', message, { params: { expected, found } })
  },

  parameters: () => [],

  flops: (_, __, output) => elements(output),
}
