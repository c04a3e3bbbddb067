import type { SetupProgress } from '@pixelrow/devices'
import type { Context } from '../../context.ts'
import { transferLine } from '../../kaggle/download.ts'
import { type Column, row } from '../../terminal/table.ts'
import type { Terminal } from '../../terminal/terminal.ts'

/** Tells a step, or moves the line of the one under way. */
export function tellProgress({ terminal }: Context, { text, bytes, totalBytes = 0 }: SetupProgress): void {
  if (bytes === undefined) terminal.note(text)
  else terminal.transient(transferLine({ name: text, bytes, totalBytes }))
}

/** Tells what was removed. */
export function tellRemoved({ terminal }: Context, removed: readonly string[]): void {
  terminal.json({ removed })
  for (const path of removed) terminal.result(`Removed ${path}`)
  if (removed.length === 0) terminal.result('There was nothing to remove')
}

/** A library of NVIDIA's, as any set-up finds it. */
interface Library {
  library: string
  package?: string
  path?: string
}

/** A table of NVIDIA's libraries: what brings each, and where it is. */
export function tellLibraries(terminal: Terminal, libraries: readonly Library[]): void {
  const column = (width: number): Column => ({ heading: '', width, left: true })
  const widthOf = (text: (one: Library) => string) => Math.max(...libraries.map((one) => text(one).length))
  const columns = [column(widthOf(({ library }) => library)), column(widthOf(sourceOf)), column(0)]
  for (const one of libraries) terminal.result(row(columns, [one.library, sourceOf(one), one.path ?? 'not found']))
}

const sourceOf = (one: Library) => one.package ?? "NVIDIA's driver"
