import { sizeOf } from '@pixelrow/onnx'
import type { Tensor } from '@pixelrow/runtime'
import type { LoopCarried } from '../lowerings/index.ts'
import { required } from '../required.ts'
import type { StateTensor } from '../types.ts'
import type { Runtime } from './runtime.ts'
import { pack, unpack } from './state.ts'

/** The state between runs. A run reads one set of tensors and writes another, and the two change places: no memory is allocated from run to run. */
export interface Carried {
  /** What the next run reads, under the names that it has there. */
  before(name: (tensor: LoopCarried) => string): Record<string, Tensor>
  /** Where the next run writes. */
  after(name: (tensor: LoopCarried) => string): Record<string, Tensor>
  /** What was written is the state from now on. */
  step(): void
  /** A copy of the state, in the plain order. */
  values(): Record<string, Float32Array>
}

/** Holds a state whose first values are given; `isRead` where no run will write it. */
export function carried(
  { Tensor }: Runtime,
  tensors: readonly LoopCarried[],
  { values, isRead = false }: { values: Record<string, Float32Array>; isRead?: boolean },
): Carried {
  const fill = (numbers: (tensor: LoopCarried) => Float32Array) =>
    new Map(tensors.map((tensor) => [tensor.name, new Tensor('float32', numbers(tensor), tensor.dims)]))
  let current = fill((tensor) => pack(tensor, values))
  let next = isRead ? current : fill(({ dims }) => new Float32Array(sizeOf(dims)))
  const named = (set: typeof current, name: (tensor: LoopCarried) => string) =>
    Object.fromEntries(tensors.map((tensor) => [name(tensor), required(set, tensor.name, 'state')]))
  return {
    before: (name) => named(current, name),
    after: (name) => named(next, name),
    step() {
      ;[current, next] = [next, current]
    },
    values: () =>
      Object.assign(
        {},
        ...tensors.map((tensor) => unpack(tensor, required(current, tensor.name, 'state').data as Float32Array)),
      ),
  }
}

/** State that is carried on as the graph has it. */
export const uncarried = (state: readonly StateTensor[]): LoopCarried[] =>
  state.map(({ name, dims }) => ({ name, dims, parts: [{ name, size: sizeOf(dims), permutation: undefined }] }))
