import { open, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { has, jsonIn, parsed } from './json.ts'

// Which files of a folder are a run's where nothing is written down of them, as in folders of older versions: by what is in them, and beside a
// run.json or resume.json of ours alone.

type RunRecord = Record<string, unknown>

/** By name, whether a file is the one that belongs to a run's record. */
const checks: Record<string, (path: string, record: RunRecord) => Promise<boolean>> = {
  'run.json': async () => true,
  'model.onnx': async (path) => (await startOf(path, 64)).includes(producer),
  'model.rows.bin': async (path) => {
    const [line = ''] = (await startOf(path, 4096)).split('\n')
    return has(parsed(line), { format: 'number', model: 'string', images: 'object' })
  },
  'history.csv': async (path) => (await startOf(path, 64)).startsWith('epoch,train_loss,'),
  'submission.csv': isAnswer,
}

/** How a model begins that we wrote: its producer's name as protobuf has it. */
const producer = '\x12\x08pixelrow'

/** What is nothing without its resume.json. */
const resumable = /^(resume\.json|checkpoint(\.next)?\.safetensors|member-\d+\.onnx)$/

/** Whether a file in a run folder is a run's by its content; one that was changed since we wrote it is not. */
export async function isOfRun(path: string, state: 'foreign' | 'changed'): Promise<boolean> {
  const [folder, name] = [dirname(path), basename(path)]
  if (resumable.test(name)) return isResumeRecord(await jsonIn(join(folder, 'resume.json')))
  if (state === 'changed') return false
  const record = await jsonIn(join(folder, 'run.json'))
  return isRunRecord(record) && (await checks[name]?.(path, record)) === true
}

/** Whether that is what a run.json of ours says, of whatever version. */
function isRunRecord(value: unknown): value is RunRecord {
  const isShaped = has(value, {
    ...{ command: 'string', recipe: 'string', seed: 'number' },
    ...{ options: 'object', data: 'object', machine: 'object', versions: 'object' },
  })
  return isShaped && isOurCommand(value.command) && has(value.versions, { pixelrow: 'string' })
}

/** Whether that is what a resume.json of ours says, of whatever format. */
function isResumeRecord(value: unknown): boolean {
  const isShaped = has(value, {
    ...{ format: 'number', command: 'string', flags: 'object', standing: 'object' },
    ...{ data: 'object', checkpoint: 'object', versions: 'object' },
  })
  return isShaped && isOurCommand(value.command)
}

const isOurCommand = (value: unknown): boolean => value === 'run' || value === 'train'

/** A submission has no mark of its own: it has the header and the number of rows that its run says. */
async function isAnswer(path: string, { predicted }: RunRecord): Promise<boolean> {
  if (!has(predicted, { rows: 'number', header: 'list' })) return false
  const [header, ...lines] = (await readFile(path, 'utf8')).trimEnd().split(/\r?\n/)
  return header === (predicted.header as unknown[]).join() && lines.length === predicted.rows
}

/** The first bytes of a file, each as a character. */
async function startOf(path: string, length: number): Promise<string> {
  const handle = await open(path)
  try {
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(length), position: 0 })
    return buffer.toString('latin1', 0, bytesRead)
  } finally {
    await handle.close()
  }
}
