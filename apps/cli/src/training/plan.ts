import type { PixelTable } from '@pixelrow/data'
import { type Architecture, type Layer, outputShapes, summary } from '@pixelrow/model'
import { type Plan, recipes } from '@pixelrow/train'
import { JobError, UsageError } from '../line/errors.ts'
import { count, many } from '../terminal/table.ts'
import type { JobOptions } from './options.ts'

/** What decides how a recipe trains. */
export type PlanOptions = Pick<
  JobOptions,
  'recipe' | 'epochs' | 'steps' | 'batchSize' | 'learningRate' | 'augment' | 'members' | 'member' | 'testShift'
>

/** What a recipe plans for a table, with what the flags say instead. */
export function planFor(table: PixelTable, flags: PlanOptions): Plan {
  const { recipe, epochs, steps, batchSize, learningRate, augment } = flags
  const { ensemble, ...plan } = recipes[recipe]!.prepare(table, augment === undefined ? {} : { augment })
  const given = Object.entries({ epochs, steps, batchSize, learningRate }).filter(([, value]) => value !== undefined)
  const together = ensembleOf(ensemble, flags)
  return {
    ...plan,
    options: { ...plan.options, ...Object.fromEntries(given) },
    ...(together && { ensemble: together }),
  }
}

/** One member alone is trained like any other model. */
function ensembleOf(own: Plan['ensemble'], { members, member, testShift }: PlanOptions): Plan['ensemble'] {
  if (member !== undefined) return undefined
  const ensemble = { members: members ?? own?.members ?? 1, shift: testShift ?? own?.shift ?? 0 }
  return ensemble.members > 1 || ensemble.shift > 0 ? ensemble : undefined
}

/** Refuses flags that say different things about one. */
export function requireOneOfEach(flags: JobOptions): void {
  const alternatives = [
    { '--epochs': flags.epochs, '--steps': flags.steps, '--time-budget': flags.timeBudget },
    { '--member': flags.member, '--members': flags.members },
    { '--member': flags.member, '--test-shift': flags.testShift },
    { '--target-accuracy': flags.targetAccuracy, '--validation 0': flags.validation === 0 ? 0 : undefined },
  ]
  for (const each of alternatives) {
    const [first, second] = Object.entries(each).flatMap(([name, value]) => (value === undefined ? [] : [name]))
    if (first && second) {
      const params = { flag: first, other: second }
      const message = `${first} and ${second} exclude each other`
      throw new UsageError(message, `leave ${second} away`, { code: 'CLI_FLAG_CONFLICT', params })
    }
  }
}

/** The share of the rows that is kept to validate on. */
export function validationOf({ recipe, validation }: Pick<JobOptions, 'recipe' | 'validation'>): number {
  return validation ?? recipes[recipe]!.validation
}

/** Refuses a batch of more rows than there are. */
export function requireBatches({ options: { batchSize } }: Plan, rows: number): void {
  if (batchSize <= rows) return
  throw new JobError(
    `--batch-size ${batchSize} is more than the ${many(rows, 'row')} to train on`,
    `--batch-size ${rows} or less`,
    { code: 'CLI_BATCH_TOO_LARGE', params: { batchSize, rows } },
  )
}

/** `10 epochs, batches of 128, learning rate 0.1`; steps where they were asked for. */
export function numbersOf({ options: { epochs, steps, batchSize, learningRate } }: Plan): string {
  return `${steps === undefined ? many(epochs, 'epoch') : many(steps, 'step')}, batches of ${batchSize}, learning rate ${learningRate}`
}

/** `shifted by up to 2 pixels and turned by up to 10°`; undefined where images stay as they are. */
export function augmentationOf({ options: { augment } }: Plan): string | undefined {
  if (!augment) return undefined
  const { shift, rotation, scale, shear, elastic, flip } = augment
  const parts = [
    shift && `shifted by up to ${many(shift, 'pixel')}`,
    rotation && `turned by up to ${rotation}°`,
    scale && `resized by up to ${count(100 * scale)} %`,
    shear && 'slanted',
    elastic && 'bent',
    flip && 'mirrored every other time',
  ].filter((part) => typeof part === 'string')
  return parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}` : parts[0]
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
