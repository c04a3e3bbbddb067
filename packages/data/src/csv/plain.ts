import type { Plan, Scanner } from './scanner.ts'

const [LF, CR, QUOTE, COMMA, ZERO] = [10, 13, 34, 44, 48]

/** The scanner in plain JavaScript: the same lines accepted, the same bytes, for where the kernel cannot run; `most` rows at a time. */
export function plainScanner(capacity: number, plan: Plan, most: number): Scanner {
  // One byte more than the input: a carriage return may be looked for after the last.
  const output = capacity + 1
  const memory = new Uint8Array(output + most * plan.pixels)
  const spans = new Int32Array(2 * most * plan.texts)
  return {
    memory,
    input: 0,
    capacity,
    output,
    spans,
    consumed: 0,
    refused: false,
    scan(start, end) {
      let [rows, p, out, span] = [0, start, output, 0]
      this.refused = false
      while (p < end && rows < most) {
        const next = scanRow(memory, p, plan, out, spans, span)
        this.refused = next < 0
        if (next < 0) break
        p = next
        rows++
        out += plan.pixels
        span += 2 * plan.texts
      }
      this.consumed = p
      return rows
    },
  }
}

/** Reads one line at `p`; returns the start of the next, or -1 for a line to refuse. */
function scanRow(
  memory: Uint8Array,
  p: number,
  { steps, separator }: Plan,
  out: number,
  spans: Int32Array,
  span: number,
): number {
  const last = steps.length - 1
  for (let i = 0; i <= last; i++) {
    const count = steps[i]!
    if (count > 0) {
      p = scanPixels(memory, p, out, out + count, separator)
      out += count
    } else {
      p = scanTexts(memory, p, -count, spans, span)
      span -= 2 * count
    }
    if (p < 0) return -1
    if (i < last && memory[p++] !== COMMA) return -1
  }
  if (memory[p] === CR) p++
  return memory[p] === LF ? p + 1 : -1
}

/** Pixels with separators between; returns the place after the last digit, or -1. */
function scanPixels(memory: Uint8Array, p: number, out: number, limit: number, separator: number): number {
  for (;;) {
    let value = memory[p]! - ZERO
    if (value >>> 0 > 9) return -1
    let digit = memory[++p]! - ZERO
    if (digit >>> 0 <= 9) {
      value = value * 10 + digit
      digit = memory[++p]! - ZERO
      if (digit >>> 0 <= 9) {
        value = value * 10 + digit
        if (value > 255) return -1
        p++
      }
    }
    memory[out++] = value
    if (out === limit) return p
    if (memory[p++] !== separator) return -1
  }
}

/** Other cells with commas between; returns the place after the last, or -1. */
function scanTexts(memory: Uint8Array, p: number, count: number, spans: Int32Array, span: number): number {
  for (;;) {
    spans[span++] = p
    for (let byte = memory[p]!; byte !== COMMA && byte !== LF && byte !== CR; byte = memory[++p]!) {
      if (byte === QUOTE || byte === 0) return -1
    }
    spans[span++] = p
    if (--count === 0) return p
    if (memory[p++] !== COMMA) return -1
  }
}
