import nodeModule from 'node:module'
import { explainSearch, findRuntime } from './find.ts'
import type * as Api from './index.ts'

// The names are written out, as ES modules have it; their types are in index.ts, of which the build makes the entry's types.
export const {
  InferenceSession,
  Tensor,
  env,
  listSupportedBackends,
  registerBackend,
  TRACE,
  TRACE_FUNC_BEGIN,
  TRACE_FUNC_END,
  TRACE_EVENT_BEGIN,
  TRACE_EVENT_END,
} = load()

function load(): typeof Api {
  // onnxruntime reports its use by default, and reads the variable when it is loaded.
  process.env.ORT_DISABLE_TELEMETRY ??= '1'
  const search = findRuntime()
  if (search.found) return nodeModule.createRequire(search.found.entry)(search.found.entry)
  throw new Error(`onnxruntime is not there: ${explainSearch(search)}. Install it again: npm i @pixelrow/runtime`)
}
