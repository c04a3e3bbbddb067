import kernel from './kernel.wat'
import { mostRows, type Plan, type Scanner, SLACK } from './scanner.ts'

/** The kernel's own table lies before this. */
const FREE = 524_352
const PAGE = 65_536

interface Kernel {
  memory: WebAssembly.Memory
  consumed: WebAssembly.Global<'i32'>
  refused: WebAssembly.Global<'i32'>
  rows(
    start: number,
    end: number,
    plan: number,
    planEnd: number,
    separator: number,
    out: number,
    spans: number,
    most: number,
  ): number
}

let compiled: Promise<WebAssembly.Module | undefined> | undefined

/** Compiles the kernel, once; undefined where WebAssembly or its SIMD is missing or forbidden. */
export function compileKernel(): Promise<WebAssembly.Module | undefined> {
  compiled ??= compile().catch(() => undefined)
  return compiled
}

/** On this thread: a kilobyte takes half a millisecond, while Node waits for every other compilation before it goes on after `compile`. */
async function compile(): Promise<WebAssembly.Module> {
  return new WebAssembly.Module(Uint8Array.from(kernel.match(/../g)!, (hex) => +`0x${hex}`))
}

/** Makes scanners of a plan; undefined where there is no memory for one, as WebAssembly reserves gigabytes of addresses (`ulimit -v`). */
export function simdMaker(module: WebAssembly.Module, plan: Plan): ((capacity: number) => Scanner) | undefined {
  const make = () => new WebAssembly.Instance(module)
  let first: WebAssembly.Instance | undefined
  try {
    first = make()
  } catch {
    return undefined
  }
  return (capacity) => {
    const instance = first ?? make()
    first = undefined
    return simdScanner(instance, capacity, plan)
  }
}

/** The scanner that reads 16 bytes at a time (kernel.wat). */
function simdScanner(instance: WebAssembly.Instance, capacity: number, plan: Plan): Scanner {
  const kernel = instance.exports as unknown as Kernel
  const most = mostRows(capacity, plan)
  const spansAt = align(FREE + 4 * plan.steps.length)
  const planEnd = FREE + 4 * plan.steps.length
  const output = align(spansAt + 8 * most * plan.texts)
  const input = align(output + most * plan.pixels + SLACK)
  kernel.memory.grow(Math.ceil((input + capacity + SLACK) / PAGE) - kernel.memory.buffer.byteLength / PAGE)
  const { buffer } = kernel.memory
  new Int32Array(buffer, FREE, plan.steps.length).set(plan.steps)
  return {
    memory: new Uint8Array(buffer),
    input,
    capacity,
    output,
    spans: new Int32Array(buffer, spansAt, 2 * most * plan.texts),
    consumed: 0,
    refused: false,
    scan(start, end) {
      const rows = kernel.rows(start, end, FREE, planEnd, plan.separator, output, spansAt, most)
      this.consumed = kernel.consumed.value
      this.refused = kernel.refused.value !== 0
      return rows
    },
  }
}

function align(address: number): number {
  return Math.ceil(address / 64) * 64
}
