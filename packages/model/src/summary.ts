import { elements, formatShape } from './shape.ts'
import type { Architecture } from './types.ts'
import { walk } from './walk.ts'

/** One layer's line of a summary. */
export interface SummaryRow {
  index: number
  type: string
  /** Shape of its output for one image. */
  output: number[]
  /** Number of its trainable values. */
  parameters: number
  /** Floating-point operations of one image's forward pass. */
  flops: number
}

/** What an architecture consists of and costs. */
export interface Summary {
  /** Shape of the network's input: `[channels, height, width]`. */
  input: number[]
  rows: SummaryRow[]
  parameters: number
  /** Multiplications and additions count as one each, an activation as one; scaling the pixels is left out. */
  flops: number
}

/**
 * Shapes, trainable values and floating-point operations of each layer and in all. Throws a `ModelError` when the layers
 * do not fit each other.
 */
export function summary(architecture: Architecture): Summary {
  const steps = walk(architecture)
  const rows = steps.map(({ index, layer, output, parameters, flops }) => ({
    index,
    type: layer.type,
    output: [...output],
    parameters: parameters.reduce((sum, { dims }) => sum + elements(dims), 0),
    flops,
  }))
  const total = (field: 'parameters' | 'flops') => rows.reduce((sum, row) => sum + row[field], 0)
  return { input: [...steps[0]!.input], rows, parameters: total('parameters'), flops: total('flops') }
}

/** A summary as a text table with aligned columns, one line a layer, no newline at the end. */
export function formatSummary(summary: Summary): string {
  const { input, rows, parameters, flops } = summary
  return align([
    ['layer', 'type', 'output', 'parameters', 'FLOPs'],
    ['', 'input', formatShape(input), '', ''],
    ...rows.map((row) => [`${row.index}`, row.type, formatShape(row.output), count(row.parameters), count(row.flops)]),
    ['', 'total', '', count(parameters), count(flops)],
  ])
}

/** 47710 as `47,710`, without the locale's say. */
function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** The type is text, to the left; the rest are numbers, to the right. */
function align(lines: readonly string[][]): string {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)))
  const pad = (cell: string, column: number) =>
    column === 1 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)
  return lines.map((line) => line.map(pad).join('  ').trimEnd()).join('\n')
}
