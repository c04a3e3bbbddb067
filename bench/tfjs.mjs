// TensorFlow.js for a contender: `node` (the built tfjs-node in the folder TFJS_NODE, by default what `pixelrow setup tfjs` has built), `wasm` or `cpu`.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import util from 'node:util'
import { builtTfjs } from '@pixelrow/devices'

const require = createRequire(import.meta.url)

/** The file to load tfjs-node from; undefined where there is none. */
export function tfjsNode() {
  const folder = process.env.TFJS_NODE
  return folder ? join(folder, 'dist/index.js') : builtTfjs()?.entry
}

export async function loadTfjs(backend, threads) {
  // Node 23 and later lack what tfjs-node calls.
  Object.assign(util, { isNullOrUndefined: (value) => value == null, isArray: Array.isArray })
  if (backend === 'node') return require(tfjsNode())
  const tf = require('@tensorflow/tfjs')
  tf.enableProdMode()
  if (backend === 'wasm') {
    const { setThreadsCount, setWasmPaths } = require('@tensorflow/tfjs-backend-wasm')
    setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`)
    setThreadsCount(threads)
  }
  await tf.setBackend(backend)
  return tf
}

/** The environment in which tfjs-node takes so many threads. */
export const tfjsThreads = (threads) => ({ TF_NUM_INTRAOP_THREADS: String(threads), TF_CPP_MIN_LOG_LEVEL: '2' })
