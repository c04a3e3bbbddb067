import { basename, join } from 'node:path'
import type { PredictOptions } from '../commands/predict/command.ts'
import type { Context } from '../context.ts'
import { inputsOf, requireApart } from '../files/destination.ts'
import { JobError, UsageError } from '../line/errors.ts'
import { standardInput } from '../tables/argument.ts'
import { targetOf } from '../tables/target.ts'
import { many } from '../terminal/table.ts'
import { parseShard, partOf } from './inputs.ts'
import { outputsOf, type Task } from './task.ts'

/** The tasks of a call of many files, and those of them that fall to its part. */
export interface Tasks {
  all: Task[]
  mine: Task[]
}

/** A task for each of many files, which go into a folder. */
export async function tasksOf(context: Context, flags: PredictOptions, paths: readonly string[]): Promise<Tasks> {
  const all = await allTasks(context, flags, paths)
  if (flags.shard === undefined) return { all, mine: all }
  const { part, of } = parseShard(flags.shard)
  return { all, mine: all.filter(({ out }) => partOf(basename(out), of) === part) }
}

/** Refuses to write over the model, a table or a sample. */
export async function requireTasksApart(tasks: readonly Task[], model: string): Promise<void> {
  const samples = tasks.flatMap(({ sample }) => (typeof sample?.source === 'string' ? [sample.source] : []))
  const inputs = await Promise.all(tasks.map(({ place }) => inputsOf(place.path)))
  await requireApart(tasks.flatMap(outputsOf), [model, ...inputs.flat(), ...samples])
}

/** Files in the folder by the names of the inputs. */
async function allTasks(
  context: Context,
  { out, probabilities, ...flags }: PredictOptions,
  paths: readonly string[],
): Promise<Task[]> {
  if (out === undefined || out === '-')
    throw new UsageError(
      `Where shall the predictions of ${many(paths.length, 'file')} go?`,
      'add -o and a folder: -o predictions/',
      { code: 'CLI_OUTPUT_MISSING', params: { command: 'predict', files: paths.length } },
    )
  if (paths.includes(standardInput))
    throw new UsageError('- for standard input stands alone', 'name files, or - and no other', {
      code: 'CLI_STDIN_ALONE',
    })
  const tasks: Task[] = []
  for (const path of paths) {
    const name = `${basename(path).replace(/(\.csv)?(\.gz)?$/i, '')}.csv`
    const files = {
      out: join(out, name),
      ...(probabilities !== undefined && { probabilities: join(probabilities, name) }),
    }
    tasks.push({ ...(await targetOf(context, path, flags)), ...files })
  }
  const outs = new Set<string>()
  for (const { out } of tasks) if (outs.size === outs.add(out).size) throw twice(out)
  return tasks
}

const twice = (path: string): JobError =>
  new JobError(`two of the files would be written to ${path}`, 'predict them into folders of their own', {
    code: 'CLI_OUTPUT_TWICE',
    params: { path },
  })
