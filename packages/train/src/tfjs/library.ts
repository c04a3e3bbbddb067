import { createRequire } from 'node:module'
import type { RuntimeInfo } from '../types.ts'
import { restoreUtil } from './shim.ts'

/** tfjs, whichever package it comes from. */
export type Tf = typeof import('@tensorflow/tfjs')
export type Tensor = import('@tensorflow/tfjs').Tensor

/** tfjs in this process, with what it computes on. */
export interface Library {
  tf: Tf
  runtime: RuntimeInfo
  device: TfjsDevice
}

export type TfjsDevice = 'cpu' | 'cuda'

/** What tfjs-node's backend has beyond others. */
interface NativeBackend {
  isUsingGpuDevice?: boolean
  binding?: { TF_Version: string }
}

/** Loads a tfjs package from its entry file and makes it ready, without its greetings. Throws what loading it throws. */
export async function loadLibrary(entry: string): Promise<Library> {
  restoreUtil()
  // What tfjs's dependencies call of Node is not for whoever trains to mend.
  process.noDeprecation = true
  const tf = createRequire(entry)(entry) as Tf
  tf.enableProdMode()
  if (tf.engine().backendName !== 'tensorflow') await tf.setBackend('cpu')
  await tf.ready()
  const backend = tf.backend() as NativeBackend
  const versions = tf.version as Record<string, string>
  return {
    tf,
    runtime: {
      name: backend.binding ? 'tfjs-node' : 'tfjs',
      version: versions['tfjs-node'] ?? versions.tfjs ?? versions['tfjs-core'] ?? 'unknown',
      ...(backend.binding && { tensorflow: backend.binding.TF_Version }),
    },
    // The backend's name is "tensorflow" either way.
    device: backend.isUsingGpuDevice ? 'cuda' : 'cpu',
  }
}
