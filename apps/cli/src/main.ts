import { CommanderError } from 'commander'
import { systemReason } from '../../../common/system.ts'
import type { Context } from './context.ts'
import { CommandError, JobError, PendingError, reportError, UsageError } from './line/errors.ts'
import { commandOf } from './line/find.ts'
import { onInterrupt, signalCode } from './line/interrupt.ts'
import { toUsageError } from './line/misuse.ts'
import { command } from './line/paste.ts'
import { program, shortHelp } from './line/program.ts'
import { ClosedError } from './terminal/outlet.ts'
import { openTerminal, type Terminal } from './terminal/terminal.ts'

/** The command that goes on with an interrupted training, where one can go on. */
function resumption({ resume, isPiped }: Context): string | undefined {
  return resume && `${command('resume', resume)}${isPiped ? ' < train.csv' : ''}`
}

function tell(context: Context, error: unknown, argv: readonly string[]): void {
  const { terminal } = context
  const next = resumption(context)
  const { flags } = commandOf(argv).leaf ?? {}
  const { fix, ...report } = reportError(error, flags && ((flag) => flag in flags))
  terminal.json({ error: fix ? { ...report, fix } : report })
  const stack = process.env.PIXELROW_DEBUG && error instanceof Error ? `\n${error.stack}` : ''
  terminal.complain(`Error: ${report.message}${stack}`)
  if (fix) terminal.complain(`${error instanceof UsageError ? 'Try:' : 'Fix:'} ${fix}`)
  // A full disk need not cost the training.
  if (next && (error as NodeJS.ErrnoException).code && !(error instanceof CommandError))
    terminal.complain('Once that is mended, go on with:', next)
}

function tellInterrupted(context: Context, name: NodeJS.Signals): void {
  const { terminal, kept, undone, resume } = context
  const ended = name === 'SIGINT' ? 'Interrupted' : `Interrupted (${name})`
  const list = kept.length ? [`kept: ${kept.join(', ')}`] : []
  const message = `${ended}; ${[...list, ...(undone ? [undone] : [])].join('; ') || 'nothing was written'}`
  const next = resumption(context)
  if (next) terminal.complain(`${ended}; go on with:`, next)
  else terminal.complain(message)
  terminal.json({
    error: { message: next ? `${ended}; go on with: ${next}` : message, kept, ...(next && { resume }) },
  })
}

function exitCode(error: unknown): number {
  if (error instanceof UsageError) return 2
  return error instanceof PendingError ? 3 : 1
}

/**
 * Carries out one command line and sets the exit code: 0 done, 1 failed, 2 usage, 3 no score yet, 4 a training that came to nothing, 128 and the
 * signal's number where a signal has ended it, such as 130 for a Ctrl-C.
 */
export async function main(argv: string[]): Promise<void> {
  const before = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
  const terminal = openTerminal({
    json: before.includes('--json'),
    quiet: before.includes('--quiet') || before.includes('-q'),
  })
  const code = await carryOut(terminal, argv)
  process.exitCode = (await requireWritten(terminal)) ? code : code || 1
}

/** Says so where the result could not be written. A reader that has seen enough (`| head`) is no failure. */
async function requireWritten(terminal: Terminal): Promise<boolean> {
  const failure = await terminal.end()
  if (!failure || failure.code === 'EPIPE') return true
  const reason = systemReason(failure)
  const params = { reason: failure.code }
  const fix = 'write it to another place'
  const error = new JobError(`standard output cannot be written: ${reason}`, fix, { code: 'CLI_STDOUT', params })
  terminal.complain(`Error: ${error.message}`)
  terminal.complain(`Fix: ${fix}`)
  return false
}

async function carryOut(terminal: Terminal, argv: string[]): Promise<number> {
  if (argv.length === 0) {
    terminal.result(shortHelp(terminal.columns))
    return 0
  }
  const onQuit = () => context.uncertain && terminal.complain(context.uncertain)
  const interruption = onInterrupt(() => terminal.note('Stopping … (Ctrl-C again quits at once)'), onQuit)
  const context: Context = { terminal, argv, signal: interruption.signal, kept: [] }
  try {
    await program(() => context).parseAsync(argv, { from: 'user' })
    return context.exitCode ?? 0
  } catch (error) {
    if (interruption.name) {
      tellInterrupted(context, interruption.name)
      return signalCode(interruption.name)
    }
    if (error instanceof ClosedError) return 0
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    const shown = error instanceof CommanderError ? toUsageError(error, argv) : error
    tell(context, shown, argv)
    return exitCode(shown)
  }
}
