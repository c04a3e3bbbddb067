import { elements, formatShape } from './shape.ts'
import type { Architecture } from './types.ts'
import { flattened, walk } from './walk.ts'

/** One layer's line of a summary. */
export interface SummaryRow {
  /** Index of the layer; of the outermost one for a row inside a residual layer. */
  index: number
  /** Where it is: `3`, or `3.layers.1` inside a residual layer. */
  path: string
  /** How many residual layers are around it. */
  depth: number
  type: string
  /** Shape of its output for one image. */
  output: number[]
  /** Number of its trained values; those of layers inside it are in rows of their own. */
  parameters: number
  /** Floating-point operations of one image's forward pass; a residual layer's own are its sums. */
  flops: number
}

/** What an architecture consists of and costs. */
export interface Summary {
  /** Shape of the network's input: `[channels, height, width]`. */
  input: number[]
  rows: SummaryRow[]
  /** Trained values in all; running statistics are not counted. */
  parameters: number
  /**
   * Multiplications, additions and comparisons count as one each, an activation as one; batch normalisation as two an
   * element, with the running statistics; scaling the pixels is left out.
   */
  flops: number
}

/**
 * Shapes, trained values and floating-point operations of each layer and in all; the layers inside a residual layer follow
 * it. Throws a `ModelError` when the layers
 * do not fit each other.
 */
export function summary(architecture: Architecture): Summary {
  const steps = walk(architecture)
  const rows = flattened(steps).map(({ path, layer, output, parameters, flops }) => ({
    index: Number.parseInt(path, 10),
    path,
    depth: (path.split('.').length - 1) / 2,
    type: layer.type,
    output: [...output],
    parameters: parameters.reduce((sum, { dims, trained }) => sum + (trained ? elements(dims) : 0), 0),
    flops,
  }))
  const total = (field: 'parameters' | 'flops') => rows.reduce((sum, row) => sum + row[field], 0)
  return { input: [...steps[0]!.input], rows, parameters: total('parameters'), flops: total('flops') }
}

/** A summary as a text table with aligned columns, one line a layer, those inside a residual layer indented, no newline at the end. */
export function formatSummary(summary: Summary): string {
  const { input, rows, parameters, flops } = summary
  return align([
    ['layer', 'type', 'output', 'parameters', 'FLOPs'],
    ['', 'input', formatShape(input), '', ''],
    ...rows.map(({ path, depth, type, output, parameters, flops }) => {
      return [path, '  '.repeat(depth) + type, formatShape(output), count(parameters), count(flops)]
    }),
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
