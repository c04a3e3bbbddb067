import { CommanderError } from 'commander'
import type { Context } from './context.ts'
import { CommandError, PendingError, reportError, UsageError } from './line/errors.ts'
import { commandOf } from './line/find.ts'
import { onInterrupt } from './line/interrupt.ts'
import { toUsageError } from './line/misuse.ts'
import { command } from './line/paste.ts'
import { program, shortHelp } from './line/program.ts'
import { openTerminal } from './terminal/terminal.ts'

/** A reader that has seen enough (`| head`) is no failure, and nobody is left to complain to. */
function survivePipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      if (stream === process.stdout) process.exit()
    })
  }
}

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

function tellInterrupted(context: Context): void {
  const { terminal, kept, undone, resume } = context
  const list = kept.length ? [`kept: ${kept.join(', ')}`] : []
  const message = `Interrupted; ${[...list, ...(undone ? [undone] : [])].join('; ') || 'nothing was written'}`
  const next = resumption(context)
  if (next) terminal.complain('Interrupted; go on with:', next)
  else terminal.complain(message)
  terminal.json({
    error: { message: next ? `Interrupted; go on with: ${next}` : message, kept, ...(next && { resume }) },
  })
}

function exitCode(error: unknown): number {
  if (error instanceof UsageError) return 2
  return error instanceof PendingError ? 3 : 1
}

/**
 * Carries out one command line and returns the exit code: 0 done, 1 failed, 2 usage, 3 no score yet, 4 a training that came to nothing, 130
 * interrupted.
 */
export async function main(argv: string[]): Promise<void> {
  survivePipes()
  process.exitCode = await carryOut(argv)
}

async function carryOut(argv: string[]): Promise<number> {
  const before = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
  const terminal = openTerminal({
    json: before.includes('--json'),
    quiet: before.includes('--quiet') || before.includes('-q'),
  })
  if (argv.length === 0) {
    terminal.result(shortHelp(terminal.columns))
    return 0
  }
  const onQuit = () => context.uncertain && terminal.complain(context.uncertain)
  const signal = onInterrupt(() => terminal.note('Stopping … (Ctrl-C again quits at once)'), onQuit)
  const context: Context = { terminal, signal, kept: [] }
  try {
    await program(() => context).parseAsync(argv, { from: 'user' })
    return context.exitCode ?? 0
  } catch (error) {
    if (signal.aborted) {
      tellInterrupted(context)
      return 130
    }
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    const shown = error instanceof CommanderError ? toUsageError(error, argv) : error
    tell(context, shown, argv)
    return exitCode(shown)
  }
}
