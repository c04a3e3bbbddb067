import type { Submission } from '@pixelrow/kaggle'
import type { Context } from '../../context.ts'
import { withKaggle } from '../../kaggle/session.ts'
import { type Column, row } from '../../terminal/table.ts'
import type { Terminal } from '../../terminal/terminal.ts'
import type { SubmissionsOptions } from './command.ts'

/** `pixelrow submissions`: the team's submissions, newest first. */
export async function run(context: Context, { competition, limit }: SubmissionsOptions): Promise<void> {
  const { terminal, signal } = context
  const all = await withKaggle(context, (kaggle) => kaggle.submissions(competition, { limit, signal }))
  terminal.json({ competition, submissions: all })
  if (all.length === 0) terminal.note(`No submissions to ${competition} yet`)
  else for (const line of table(terminal, all)) terminal.result(line)
  for (const { status, ref, reason } of all) {
    if (status === 'error') terminal.result(`${ref} was not scored: ${reason || 'Kaggle gives no reason'}`)
  }
}

function table(terminal: Terminal, all: readonly Submission[]): string[] {
  const rows = all.map(({ ref, date, status, publicScore, privateScore, description, fileName }) => [
    String(ref),
    date ? date.toISOString().slice(0, 16).replace('T', ' ') : '',
    status === 'complete' ? publicScore || 'hidden' : status,
    privateScore,
    description || fileName,
  ])
  const headings = ['number', 'date (UTC)', 'public', 'private', 'description']
  // A competition that runs has no private scores yet.
  const kept = rows.some((cells) => cells[3]) ? [0, 1, 2, 3, 4] : [0, 1, 2, 4]
  const columns: Column[] = kept.map((index) => {
    const width = Math.max(...rows.map((cells) => cells[index]!.length))
    return { heading: headings[index]!, width, left: index === 1 || index === 4 }
  })
  const lines = [headings, ...rows].map((cells) =>
    row(
      columns,
      kept.map((index) => cells[index]!),
    ),
  )
  const [first = '', ...rest] = lines.map((line) => fitted(line, terminal.columns))
  return [terminal.resultColors.bold(first), ...rest]
}

function fitted(line: string, columns: number): string {
  return line.length > columns ? `${line.slice(0, columns - 1)}…` : line
}
