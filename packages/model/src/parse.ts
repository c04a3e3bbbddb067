import { ModelError, withLayer } from './error.ts'
import { kindOf } from './layers/index.ts'
import { fieldsOf, invalid, listOf, positiveInteger } from './strict.ts'
import type { Architecture, ImageShape, InputLayer, Layer } from './types.ts'

/**
 * Reads an architecture from JSON of unknown origin. Unknown fields, unknown layers, sizes out of range and layers that
 * do not fit each other are refused with a `ModelError`; what comes back shares nothing with the input.
 */
export function parseArchitecture(json: string): Architecture {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (cause) {
    const reason = (cause as Error).message
    throw new ModelError('MODEL_NOT_JSON', `The architecture is not JSON: ${reason}.`, { params: { reason }, cause })
  }
  return strictArchitecture(value)
}

/** Checks every field of an architecture and copies it with its fields in a fixed order. */
export function strictArchitecture(value: unknown): Architecture {
  const { input, layers } = fieldsOf(value, 'The architecture', ['input', 'layers'])
  return { input: inputLayer(input), layers: layerList(layers, 'The architecture', 'layers', '') }
}

// Deeper than anyone builds; without a limit, a hostile file could exhaust the stack.
const maxDepth = 8

/** `subject`'s `field` as a list of layers, whose paths begin with `prefix`. */
function layerList(value: unknown, subject: string, field: string, prefix: string): Layer[] {
  const list = listOf(value, `${subject}’s ${field}`, 'layers')
  if (list.length === 0) {
    const params = { subject: `${subject}’s ${field}`, expected: 'at least one layer', found: 'none' }
    throw new ModelError('MODEL_FIELD_INVALID', `${subject} has no ${field}; expected at least one layer.`, { params })
  }
  return list.map((layer, index) => strictLayer(layer, `${prefix}${index}`))
}

function strictLayer(value: unknown, path: string): Layer {
  const type = typeof value === 'object' && value !== null ? (value as Partial<Layer>).type : value
  const kind = kindOf(type, path)
  const at = `layer ${path} (${type})`
  return withLayer(path, () => {
    const fields = fieldsOf(value, at, ['type', ...kind.options])
    return kind.parse(fields, at, (field) => {
      if (path.split('.').length > 2 * maxDepth) {
        const params = { most: maxDepth }
        throw new ModelError('MODEL_TOO_DEEP', `${at} is nested deeper than ${maxDepth} times.`, { params })
      }
      return layerList(fields[field], at, field, `${path}.${field}.`)
    })
  })
}

function inputLayer(value: unknown): InputLayer {
  const fields = fieldsOf(value, 'input', ['shape', 'maxValue', 'dataType', 'mean', 'std'])
  const shape = imageShape(fields.shape)
  const mean = perChannel(fields.mean, 'input.mean', shape.channels)
  const std = perChannel(fields.std, 'input.std', shape.channels)
  // A float32 graph divides by it.
  if (std?.some((deviation) => !(Math.fround(deviation) > 0 && Math.fround(1 / deviation) < Infinity))) {
    throw invalid('input.std', std, 'numbers above 0 that a 32-bit float can divide by')
  }
  const { dataType } = fields
  if (dataType !== undefined && dataType !== 'float32') throw invalid('input.dataType', dataType, '"float32", or none')
  const maxValue = positiveInteger(fields.maxValue, 'input.maxValue', dataType ? 1 : 255)
  return { shape, maxValue, ...(dataType && { dataType }), ...(mean && { mean }), ...(std && { std }) }
}

function imageShape(value: unknown): ImageShape {
  const fields = fieldsOf(value, 'input.shape', ['height', 'width', 'channels', 'channelOrder'])
  const size = (name: string) => positiveInteger(fields[name], `input.shape.${name}`, 65535)
  const [height, width, channels] = [size('height'), size('width'), size('channels')]
  positiveInteger(height * width * channels, 'input.shape’s number of pixel values')
  const { channelOrder } = fields
  if (channelOrder !== 'interleaved' && channelOrder !== 'planar') {
    throw invalid('input.shape.channelOrder', channelOrder, '"interleaved" or "planar"')
  }
  return { height, width, channels, channelOrder }
}

function perChannel(value: unknown, subject: string, channels: number): number[] | undefined {
  if (value === undefined) return undefined
  const list = listOf(value, subject, 'numbers')
  const numbers = list.filter((item): item is number => typeof item === 'number' && Number.isFinite(Math.fround(item)))
  if (numbers.length === list.length && list.length === channels) return numbers
  const expected = channels === 1 ? 'a list of one finite number' : `${channels} finite numbers, one for each channel`
  throw invalid(subject, value, expected)
}
