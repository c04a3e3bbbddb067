import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Context } from '../context.ts'
import { visible } from '../terminal/visible.ts'
import { UsageError } from './errors.ts'

/** Whether there is somebody to ask. */
export const isInteractive = (): boolean => Boolean(process.stdin.isTTY && process.stderr.isTTY)

/** Refuses, before any work, what would end in a question that nobody can answer. */
export function requireConsent(what: string, yes: boolean | undefined): void {
  if (yes || isInteractive()) return
  throw new UsageError(`${what} uploads only after a yes, and there is no terminal to ask at`, 'add --yes', {
    code: 'CLI_CONSENT_MISSING',
    params: { what },
  })
}

/** Asks a question at the terminal; anything but y or yes is no, and so is what was typed before the question. */
export async function askYes(context: Context, question: string): Promise<boolean> {
  await discardTyped()
  const answer = await ask(context, visible(`${question} [y/N] `), process.stderr)
  return /^\s*y(es)?\s*$/i.test(answer)
}

/** Reads a line that is not shown while it is typed; where there is no terminal, the first line of standard input, or all of it where that is JSON. */
export async function askSecret(context: Context, prompt: string): Promise<string> {
  if (!process.stdin.isTTY) {
    const all = (await text(process.stdin)).trim()
    return all.startsWith('{') ? all : all.split(/\r?\n/)[0]!.trim()
  }
  context.terminal.prompt(prompt)
  // Readline does the editing, and nothing of it is written anywhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const secret = await ask(context, '', nowhere)
  context.terminal.prompt('\n')
  return secret.trim()
}

/** Reads away what waits in the terminal: it comes at once, if there is any. */
async function discardTyped(): Promise<void> {
  const ignore = () => {}
  process.stdin.on('data', ignore)
  await new Promise((resolve) => setTimeout(resolve, 50))
  process.stdin.off('data', ignore)
  process.stdin.pause()
}

async function ask({ signal, terminal }: Context, prompt: string, output: NodeJS.WritableStream): Promise<string> {
  const lines = createInterface({ input: process.stdin, output, terminal: true, historySize: 0 })
  // A terminal that is read key by key sends no signal for Ctrl-C.
  lines.on('SIGINT', () => process.emit('SIGINT', 'SIGINT'))
  // What is said of a Ctrl-C does not belong behind the question.
  const breakLine = () => terminal.prompt('\n')
  process.prependListener('SIGINT', breakLine)
  const closed = new AbortController()
  lines.on('close', () => closed.abort())
  try {
    return await lines.question(prompt, { signal: AbortSignal.any([signal, closed.signal]) })
  } catch (error) {
    signal.throwIfAborted()
    if (closed.signal.aborted) return ''
    throw error
  } finally {
    process.off('SIGINT', breakLine)
    lines.close()
  }
}
