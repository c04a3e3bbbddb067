import { check, checkRules } from '../options.ts'
import { runTool } from '../tool.ts'

/** An NVIDIA GPU as its driver tells it. */
export interface NvidiaGpu {
  name: string
  /** Compute capability, such as `9.0`. */
  capability: string
  /** The driver's version, such as `580.82.07`. */
  driver: string
  /** Bytes of memory. */
  memory: number
}

/** The NVIDIA GPUs of this machine by `nvidia-smi`, which comes with the driver; none where it is not there or finds none. */
export async function nvidiaGpus(options: { signal?: AbortSignal | undefined } = {}): Promise<NvidiaGpu[]> {
  check('nvidiaGpus', options, checkRules)
  const { signal } = options
  const fields = 'name,compute_cap,driver_version,memory.total'
  const ended = await runTool('nvidia-smi', [`--query-gpu=${fields}`, '--format=csv,noheader,nounits'], { signal })
  if (ended?.code !== 0) return []
  return ended.stdout.split('\n').flatMap((line): NvidiaGpu[] => {
    const [name, capability = '', driver = '', mebibytes] = line.split(',').map((cell) => cell.trim())
    return name && /^\d+\.\d+$/.test(capability)
      ? [{ name, capability, driver, memory: Number(mebibytes) * 2 ** 20 }]
      : []
  })
}
