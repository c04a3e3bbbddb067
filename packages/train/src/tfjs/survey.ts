import { execFile } from 'node:child_process'
import { asNode } from '../../../../common/asnode.ts'
import type { RuntimeInfo } from '../types.ts'
import type { TfjsDevice } from './library.ts'
import type { Candidate } from './packages.ts'
import source from './probe.child.ts?source'

/** What came of loading a candidate. */
export interface Outcome {
  candidate: Candidate
  /** Where it loads. */
  device?: TfjsDevice
  runtime?: RuntimeInfo
  /** Why it does not load, or why a candidate for a GPU uses none. */
  reason?: string
}

/** Loading takes a second or two; where a GPU is woken up first, longer. */
const PATIENCE_MS = 120_000

const outcomes = new Map<string, Promise<Outcome>>()

/**
 * Loads a candidate in a process of its own, once: a native library that cannot live here may end the process that loads it, and two of
 * them never share one.
 */
export function tryCandidate(candidate: Candidate): Promise<Outcome> {
  const known = outcomes.get(candidate.entry) ?? probe(candidate)
  outcomes.set(candidate.entry, known)
  return known
}

function probe(candidate: Candidate): Promise<Outcome> {
  // An app's own flags could make a module of the source.
  const arguments_ = ['--input-type=commonjs', '-e', source, candidate.entry]
  const env = asNode({ TF_CPP_MIN_LOG_LEVEL: '0' })
  return new Promise((resolve) => {
    execFile(process.execPath, arguments_, { env, timeout: PATIENCE_MS }, (failure, stdout, stderr) => {
      resolve({ candidate, ...outcomeOf(candidate, { failure, stdout, stderr }) })
    })
  })
}

interface Ended {
  failure: Error | null
  stdout: string
  stderr: string
}

function outcomeOf({ kind }: Candidate, { failure, stdout, stderr }: Ended): Omit<Outcome, 'candidate'> {
  // Libraries may print, too; the outcome is the last line.
  const line = stdout.trimEnd().split('\n').at(-1) ?? ''
  if (failure || !line.startsWith('{')) return { reason: `loading it failed: ${lastLine(stderr) ?? failure?.message}` }
  const { error, ...loaded } = JSON.parse(line) as { error?: string; device: TfjsDevice; runtime: RuntimeInfo }
  if (error !== undefined) return { reason: `loading it failed: ${firstSentence(error)}` }
  return kind === 'gpu' && loaded.device === 'cpu' ? { ...loaded, reason: gpuReason(stderr) } : loaded
}

/** What TensorFlow printed about the GPU that it does not use. */
function gpuReason(stderr: string): string {
  const said = stderr.split('\n').filter((line) => /cuda|cudnn|GPU/i.test(line))
  const last = said.at(-1)?.replace(/^.*?\] /, '')
  return last ? `TensorFlow uses no GPU here: ${last}` : 'TensorFlow uses no GPU here'
}

const lastLine = (text: string) => text.trimEnd().split('\n').at(-1) || undefined
const firstSentence = (text: string) => text.split('\n')[0]!.trim()
