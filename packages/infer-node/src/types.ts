import type { Classifier, ModelOptions, Prepare, QueueOptions } from '@pixelrow/classifier'
import type { Device } from './device.ts'
import type { Measured } from './measure.ts'

/** Where to open a file. */
export interface OpenOptions {
  /**
   * One device, or several to try in this order. `auto`, the default of `load`, is CUDA, else WebGPU on a graphics card, else the CPU: of the first two what has
   * all its pieces and, on this model, is at least 1.5 times as fast as the CPU. Whatever device `load` takes says what the CPU says.
   */
  device?: 'auto' | Device | readonly Device[]
  /** Threads on the CPU, 1 or more. Default: what the machine has (`os.availableParallelism()`); 1 for `wasm`. */
  threads?: number
  /**
   * Runs in a process of its own, whatever `worker` says: a model that makes onnxruntime crash takes nothing else along, and another version of
   * onnxruntime may be in use here. Default: for every device but `cpu` and `wasm`, whose drivers may crash; for these two inside a worker thread of yours, since
   * terminating that thread during a run would abort the whole process. `false` inside a thread leaves it to you that the thread is never terminated during a run.
   */
  isolate?: boolean
  /** Most bytes of a model that comes from a URL. Default 2 GiB, which no ONNX file exceeds. */
  maxBytes?: number
  /** Milliseconds without a byte after which the connection to a URL counts as lost. Default 60,000. */
  stallTimeout?: number
}

/** How to load a model. */
export interface LoadOptions extends QueueOptions, OpenOptions {
  /** Runs in a worker thread, so that the event loop goes on. Default true; `false` runs inline, which holds the loop up during each run, unless it is isolated. */
  worker?: boolean
  /**
   * Workers, each with a session of its own, so that several runs go on at once: more throughput for many rows, and more memory.
   * Default 1; a GPU has 1 in any case. With more, `threads` counts for each of them, by default an equal share of what the machine has.
   */
  workers?: number
  /** What is known of a model that was not made by pixelrow and does not say it itself. */
  model?: ModelOptions
  /** How pictures are prepared unless a call says otherwise. Default: the rule in the model's metadata, else the whole picture on black. */
  prepare?: Prepare
}

/** What `load` gives. */
export interface LoadedClassifier extends Classifier {
  /** How the device compared with the CPU when the model was loaded; undefined on the CPU itself and on `wasm`. */
  readonly measured?: Measured
}
