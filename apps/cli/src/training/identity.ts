import { createHash } from 'node:crypto'
import type { PixelTable } from '@pixelrow/data'
import type { Origin } from '@pixelrow/files'
import { longOf } from '../line/flags/define.ts'
import { wordsAsGiven } from '../line/words.ts'
import type { Frame } from '../submission/frame.ts'
import { difference, type Fingerprint, fingerprint } from './fingerprint.ts'
import { asAsked, type JobOptions, jobFlags, withoutSurroundings } from './options.ts'

/** What makes two jobs one: the command, the flags that decide what is trained, and the rows; where those lie does not. */
export interface Identity {
  command: 'run' | 'train'
  /** The flags, as they were asked for. */
  asked: object
  /** Of the rows to train on; made when it is first wanted. */
  train(): Fingerprint
  /** Of what is predicted. */
  test?(): TestPrint
}

/** What tells whether what is predicted is still the same: the rows, and what they are called in the submission. */
interface TestPrint extends Fingerprint {
  frame: string
}

/** What a finished job's results were made from, as the folder's manifest has it. */
export interface IdentityRecord {
  command: string
  asked: object
  train: Fingerprint
  test?: TestPrint
}

interface Tables {
  train: PixelTable
  test?: { table: PixelTable; frame: Frame }
}

/** What a job is. */
export function identityOf(command: Identity['command'], asked: JobOptions, { train, test }: Tables): Identity {
  return {
    command,
    asked: decisive(asked),
    train: once(() => fingerprint(train)),
    ...(test && { test: once(() => ({ ...fingerprint(test.table), frame: frameHash(test.frame) })) }),
  }
}

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

const frameHash = ({ header, ids }: Frame): string =>
  createHash('sha256')
    .update(JSON.stringify([header, ids]))
    .digest('hex')

/** The flags that decide what is trained. What is done with it at Kaggle does not, and the rows tell of themselves. */
export function decisive(flags: JobOptions): object {
  const { data: _, labels: _____, kaggle: __, submit: ___, competition: ____, message, wait, ...asked } = asAsked(flags)
  return Object.fromEntries(Object.entries(withoutSurroundings(asked)).filter(([, value]) => value !== undefined))
}

/** What is written down of a finished job's results. */
export function originOf({ command, asked, train, test }: Identity): Origin {
  return { options: { command, asked, train: train(), ...(test && { test: test() }) } satisfies IdentityRecord }
}

/** How a job differs from one of before; nothing where it is the same. */
export function differences(before: IdentityRecord, now: Identity): string[] {
  const { train, test } = before
  return [
    ...askedDifferences(before, now),
    ...rowsDifference('the rows to train on', train, now.train()),
    ...(test && now.test ? testDifference(test, now.test()) : []),
  ]
}

/** How a job's command and flags differ from those of one of before. */
export function askedDifferences(
  before: Pick<IdentityRecord, 'command' | 'asked'>,
  now: Pick<Identity, 'command' | 'asked'>,
): string[] {
  if (before.command !== now.command) return [`it is a ${before.command}, this is a ${now.command}`]
  const [there, here]: Record<string, unknown>[] = [{ ...before.asked }, { ...now.asked }]
  const names = [...new Set([...Object.keys(there!), ...Object.keys(here!)])]
  return names
    .filter((name) => JSON.stringify(there![name]) !== JSON.stringify(here![name]))
    .map((name) => `${wordsFor(name, there![name])} there, ${wordsFor(name, here![name])} here`)
}

/** `--epochs 8`; `no --epochs` where it was left to the recipe. */
function wordsFor(name: string, value: unknown): string {
  const flag = jobFlags[name as keyof typeof jobFlags]
  if (!flag) return `${name} ${String(value)}`
  if (value === undefined) return `no ${longOf(flag)}`
  const words = wordsAsGiven(jobFlags, { [name]: value })
  return words.length > 0 ? words.join(' ') : `${longOf(flag)} ${String(value)}`
}

function rowsDifference(what: string, before: Fingerprint, now: Fingerprint): string[] {
  const found = difference(before, now)
  return found === undefined ? [] : [`${what}: ${found}`]
}

function testDifference(before: TestPrint, now: TestPrint): string[] {
  const rows = rowsDifference('the rows to predict', before, now)
  if (rows.length > 0 || before.frame === now.frame) return rows
  return ['the rows to predict: other ids or another header']
}
