import { formatShape } from '@pixelrow/data'
import { dumpTraining, type LayoutChoice, type Plan, type Profile, profile } from '@pixelrow/train'
import type { Context } from '../../context.ts'
import { readLabelled } from '../../tables/reading.ts'
import { openSource } from '../../tables/source.ts'
import { type Column, row } from '../../terminal/table.ts'
import { chooseFor } from '../../training/device.ts'
import { splitOff } from '../../training/fitting.ts'
import { layersOf, planFor, requireBatches } from '../../training/plan.ts'
import type { ProfileOptions } from './command.ts'

/** Operators that take less than this share of the time are told together. */
const leastShare = 0.005

/** `pixelrow profile`: where the time of a recipe's training goes. */
export async function run(context: Context, flags: ProfileOptions): Promise<void> {
  const { terminal, signal } = context
  const source = await openSource(context, flags.data)
  terminal.note(`Reading ${source.name}`)
  const table = await readLabelled(context, source.train, flags)
  const { precision, threads, recipe } = flags
  const { train } = splitOff(table, flags)
  const plan = planFor(table, flags)
  requireBatches(plan, train.rows)
  if (flags.dump) return printStep(context, plan, { recipe, device: flags.device, shape: formatShape(table.shape) })
  // TensorFlow does not tell what its kernels take, so it is no choice of ours.
  const asked = flags.engine === 'auto' ? 'onnxruntime' : flags.engine
  const { engine, device, ...why } = await chooseFor(context, { ...flags, engine: asked }, table)
  terminal.note(`Profiling ${recipe} (${layersOf(plan.architecture)})`)
  const found = await profile(plan.architecture, train, {
    ...plan.options,
    engine,
    device,
    precision,
    threads,
    signal,
  })
  terminal.json({ recipe, shape: formatShape(table.shape), ...found, choice: why })
  for (const line of summary(found)) terminal.result(line)
  terminal.result()
  for (const line of operators(found)) terminal.result(line)
  for (const line of layouts(found)) terminal.result(line)
}

/** The step that a plan trains, as text on standard output. */
async function printStep(
  { terminal }: Context,
  { architecture, options }: Plan,
  { device, ...about }: { recipe: string; device: string; shape: string },
): Promise<void> {
  const dump = await dumpTraining(architecture, { ...options, device })
  terminal.json({ ...about, dump })
  terminal.result(dump.trimEnd())
}

function summary({ batchSize, threads, device, secondsPerStep, ...found }: Profile): string[] {
  const giga = (flops: number) => (flops / 1e9).toPrecision(3)
  const images = Math.round(batchSize / secondsPerStep).toLocaleString('en-US')
  const where = `${device}, ${threads} thread${threads === 1 ? '' : 's'}`
  return [
    `${milliseconds(secondsPerStep)} ms a step of ${batchSize} images: ${images} a second (${where})`,
    `${giga(found.flopsPerStep)} GFLOP a step, ${giga(found.flopsPerStep / secondsPerStep)} GFLOP/s`,
    `${percent(found.shareOfLimit)} of the ${giga(found.flopLimit)} GFLOP/s of one large matrix product`,
  ]
}

const columns: Column[] = [
  { heading: 'operator', width: 20, left: true },
  { heading: 'a step', width: 6 },
  { heading: 'ms', width: 7 },
  { heading: 'share', width: 6 },
]

function operators({ operators: all, timesOf }: Profile): string[] {
  const large = all.filter(({ share }) => share >= leastShare)
  const small = all.slice(large.length)
  const rest = small.reduce(
    (sum, { calls, secondsPerStep, share }) => ({
      name: `${small.length} others`,
      calls: sum.calls + calls,
      secondsPerStep: sum.secondsPerStep + secondsPerStep,
      share: sum.share + share,
    }),
    { name: '', calls: 0, secondsPerStep: 0, share: 0 },
  )
  const cells = [...large, ...(small.length ? [rest] : [])].map(({ name, calls, secondsPerStep, share }) =>
    row(columns, [name, calls.toFixed(0), milliseconds(secondsPerStep), percent(share)]),
  )
  return [
    row(
      columns,
      columns.map(({ heading }) => heading),
    ),
    ...cells,
    ...(timesOf === 'launches' ? ['These are the times of the launches: onnxruntime does not time kernels here.'] : []),
  ]
}

/** What of the convolutions runs in blocks, and what fell back to the plain formulation. */
function layouts({ layouts: found }: Profile): string[] {
  if (!found) return []
  const { block, reason, convolutions } = found
  if (reason) return ['', `All convolutions are plain: ${reason}`]
  if (block === 1) return ['', ...convolutions.map(formulation)]
  const plain = convolutions.filter(({ layout }) => layout === 'plain')
  const blocked = convolutions.length - plain.length
  const fallen = plain.map(({ node, operator, reason: why }) => `  ${operator} ${node}${why ? `: ${why}` : ''}`)
  const all = `${blocked} of ${convolutions.length} convolutions and gradients run in blocks of ${block}`
  return ['', fallen.length ? `${all}; plain:` : all, ...fallen]
}

/** In what other operators one was said on this device. */
const formulation = ({ node, operator, formulation: how, reason }: LayoutChoice) =>
  `${operator} ${node}${how ? ` as ${how}` : ''}${reason ? `: ${reason}` : ''}`

const milliseconds = (seconds: number) => (seconds * 1000).toFixed(2)
const percent = (share: number) => `${(share * 100).toFixed(1)} %`
