import { asNode } from '../../../../common/asnode.ts'
import { SetupError } from '../error.ts'
import { check, checkRules } from '../options.ts'
import { lastLines, runTool } from '../tool.ts'
import type { TfjsBuild } from './types.ts'

/** What a process of its own found when it loaded a build and multiplied two matrices with it. */
export interface TfjsCheck {
  /** TensorFlow's version, as the library says. */
  tensorflow: string
  /** Whether TensorFlow computes on a GPU. */
  gpu: boolean
  /** What TensorFlow said about GPUs where it uses none; empty if nothing. */
  reason: string
}

/** Node 23 and later lack what tfjs-node calls; the result comes on a line of its own. */
const script = `
  const util = require('node:util')
  util.isNullOrUndefined ??= (value) => value === null || value === undefined
  util.isArray ??= Array.isArray
  const tf = require(process.argv[1])
  const backend = tf.backend()
  const product = [...tf.matMul(tf.tensor([[1, 2, 3]]), tf.tensor([[4], [5], [6]])).dataSync()]
  const about = { backend: tf.getBackend(), tensorflow: backend.binding.TF_Version, gpu: backend.isUsingGpuDevice, product }
  process.stdout.write('\\n' + JSON.stringify(about) + '\\n')`

/**
 * Loads a build in a process of its own, so that what goes wrong there ends nothing here. Throws a SetupError where it does not load, is
 * another TensorFlow than it should be, or multiplies wrongly.
 */
export async function checkTfjs(
  { entry, version }: TfjsBuild,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<TfjsCheck> {
  check('checkTfjs', options, checkRules)
  const { signal } = options
  const env = asNode({ NODE_OPTIONS: '', TF_CPP_MIN_LOG_LEVEL: '0' })
  const ended = await runTool(process.execPath, ['-e', script, entry], { env, signal })
  const { code = null, endedBy = null, stdout = '', stderr = '', output = '' } = ended ?? {}
  if (code !== 0) throw notLoaded(endedBy ?? `exit code ${code}`, output)
  const { backend, product, tensorflow, gpu } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Found
  if (backend !== 'tensorflow' || tensorflow !== version || product.join() !== '32')
    throw notLoaded(`backend ${backend} of TensorFlow ${tensorflow}, and 1·4 + 2·5 + 3·6 = ${product}`, output)
  return { tensorflow, gpu, reason: gpu ? '' : reasonIn(stderr) }
}

interface Found {
  backend: string
  tensorflow: string
  gpu: boolean
  product: number[]
}

function notLoaded(found: string, output: string): SetupError {
  const advice =
    found === 'SIGILL'
      ? 'TensorFlow needs a processor with AVX.'
      : 'Remove it (pixelrow setup tfjs --remove) and set it up again; if that does not help, train with --engine onnxruntime.'
  const said = lastLines(output.replaceAll(/^(\s+at |Node\.js v).*$/gm, ''), 8)
  return new SetupError(`The addon does not load: ${found}${said ? `:\n${said}\n` : ''}`, {
    code: 'DEVICES_LOAD_FAILED',
    params: { found, output: said },
    advice,
  })
}

/** TensorFlow's own words, without time, process and place in its sources. */
function reasonIn(log: string): string {
  const lines = log.split('\n').filter((line) => /\bGPU|cuda driver|CUDA_ERROR|cuInit|dlopen/i.test(line))
  return lines.map((line) => line.replace(/^.*?\b[\w.]+\.cc:\d+\] */, '').trim()).join(' ')
}
