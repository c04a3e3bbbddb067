import { type Description, describe, type Port } from '@pixelrow/export'
import type { Context } from '../../context.ts'
import { modelAt, readModel, withName } from '../../files/model.ts'
import { type Column, count, many, row, size } from '../../terminal/table.ts'
import { type Terminal, wrap } from '../../terminal/terminal.ts'
import { shown } from '../../terminal/visible.ts'
import type { InspectOptions } from './command.ts'

/** `pixelrow inspect MODEL.onnx`: what an ONNX file takes, gives and consists of, without running it. */
export async function run({ terminal }: Context, _: InspectOptions, source: string): Promise<void> {
  const { path } = await modelAt(source)
  const bytes = await readModel(path)
  const description = await withName(path, () => describe(bytes))
  terminal.json({ file: path, ...description })
  tell(terminal, path, description)
}

function tell(terminal: Terminal, path: string, description: Description): void {
  const { bold } = terminal.resultColors
  const { inputs, outputs, operators, metadata } = description
  const line = (text: string) => terminal.result(shown(text, terminal.columns))
  // Codes for bold take no room in a line.
  const name = `${shown(path)}:`
  terminal.result(bold(name) + wrap(`${name} ${summary(description)}`, terminal.columns).slice(name.length))
  const rows = [
    ...inputs.map((port) => ['input', ...cells(port)]),
    ...outputs.map((port) => ['output', ...cells(port)]),
  ]
  for (const text of aligned(rows)) line(text)
  // Further lines stand below the first one.
  const text = wrap(shown(weights(description)), terminal.columns - 9)
  terminal.result(`weights  ${text.replaceAll('\n', '\n         ')}`)
  terminal.result()
  const used = Object.entries(operators).map(([name, times]) => [name, count(times)])
  terminal.result(bold(`${many(sum(Object.values(operators)), 'operator')}`))
  for (const text of aligned(used, [1])) line(text)
  if (Object.keys(metadata).length === 0) return
  terminal.result()
  terminal.result(bold('metadata'))
  const width = Math.min(terminal.columns, 120)
  for (const text of aligned(Object.entries(metadata))) terminal.result(shown(text, width))
}

function summary({ bytes, irVersion, opsets, producer }: Description): string {
  const sets = Object.entries(opsets).map(([domain, version]) => `${domain ? `${shown(domain)} ` : ''}${version}`)
  const by = producer ? `, written by ${shown(producer, 60)}` : ''
  return `${size(bytes)}, IR ${irVersion}, operator set ${sets.join(', ')}${by}`
}

function weights({ parameters, weights, external }: Description): string {
  const kinds = Object.entries(weights).map(([type, { values, bytes }]) => `${count(values)} ${type} (${size(bytes)})`)
  const beside = external.length ? `; some in ${external.join(', ')}` : ''
  if (kinds.length === 0) return `none in the file${beside}`
  return kinds.length === 1 ? `${kinds[0]}${beside}` : `${many(parameters, 'value')}: ${kinds.join(', ')}${beside}`
}

function cells({ name, dataType, dims }: Port): string[] {
  return [name, dataType, dims ? `[${dims.map((dim) => (dim === '' ? '?' : dim)).join(', ')}]` : 'of any shape']
}

/** Rows of cells in columns as wide as they need; those of `right` are numbers. */
function aligned(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const columns = (rows[0] ?? []).map((_, index): Column => {
    const width = Math.max(...rows.map((cells) => cells[index]!.length))
    return { heading: '', width, left: !right.includes(index) }
  })
  return rows.map((cells) => row(columns, cells))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
