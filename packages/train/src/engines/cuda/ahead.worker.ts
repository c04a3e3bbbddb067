import { parentPort, workerData } from 'node:worker_threads'
import { make, type Source, type Steps } from './made.ts'

/** A thread that makes what steps need: answers each message with what was made, in order. */
const port = parentPort!
port.on('message', (steps: Steps) => {
  const made = make(workerData as Source, steps)
  const buffers = [made.pixels, ...made.masks].flatMap((bytes) => (bytes ? [bytes.buffer as ArrayBuffer] : []))
  port.postMessage(made, buffers)
})
