import type { PixelTable } from '@pixelrow/data'
import { type Architecture, type Layer, outputShapes, summary } from '@pixelrow/model'
import { type Plan, recipes } from '@pixelrow/train'
import { JobError } from '../line/errors.ts'
import type { Flags } from '../line/flags.ts'
import { count, many } from '../terminal/table.ts'

/** What a recipe plans for a table, with what the flags say instead. */
export function planFor(table: PixelTable, { recipe, epochs, batchSize, learningRate }: Flags): Plan {
  const plan = recipes[recipe]!.prepare(table)
  const given = Object.entries({ epochs, batchSize, learningRate }).filter(([, value]) => value !== undefined)
  return { ...plan, options: { ...plan.options, ...Object.fromEntries(given) } }
}

/** The share of the rows that is kept to validate on. */
export function validationOf({ recipe, validation }: Flags): number {
  return validation ?? recipes[recipe]!.validation
}

/** Refuses a batch of more rows than there are. */
export function requireBatches({ options: { batchSize } }: Plan, rows: number): void {
  if (batchSize <= rows) return
  throw new JobError(
    `--batch-size ${batchSize} is more than the ${many(rows, 'row')} to train on`,
    `--batch-size ${rows} or less`,
  )
}

/** `10 epochs, batches of 128, learning rate 0.1`. */
export function numbersOf({ options: { epochs, batchSize, learningRate } }: Plan): string {
  return `${many(epochs, 'epoch')}, batches of ${batchSize}, learning rate ${learningRate}`
}

/** `784 → 256 → 10`, or `28×28×1 → conv 16 → conv 32 → pool → … → 10, 29,322 parameters`. */
export function layersOf(architecture: Architecture): string {
  const { layers, input } = architecture
  const { height, width, channels } = input.shape
  if (layers.every(({ type }) => type !== 'residual' && !(type in spatial))) {
    return [height * width * channels, ...layers.flatMap((layer) => unitsOf(layer))].join(' → ')
  }
  const shapes = outputShapes(architecture)
  const names = layers.flatMap((layer, index) => nameOf(layer, shapes[index]![0]!))
  const shown = names.length > 5 ? [...names.slice(0, 3), '…', names.at(-1)!] : names
  const { parameters } = summary(architecture)
  return `${[`${height}×${width}×${channels}`, ...shown].join(' → ')}, ${count(parameters)} parameters`
}

const spatial: Partial<Record<Layer['type'], string>> = {
  conv2d: 'conv',
  maxPool2d: 'pool',
  averagePool2d: 'pool',
  globalAveragePool: 'pool',
  globalMaxPool: 'pool',
}

function unitsOf(layer: Layer): string[] {
  return layer.type === 'dense' ? [String(layer.units)] : []
}

/** What changes an image's size or channels has a name; what works element by element has none. */
function nameOf(layer: Layer, channels: number): string[] {
  if (layer.type === 'residual') return [`residual ${channels}`]
  const name = spatial[layer.type]
  if (!name) return unitsOf(layer)
  return [layer.type === 'conv2d' ? `${name} ${layer.filters}` : name]
}
