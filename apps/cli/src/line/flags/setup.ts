import { filled } from '../parse.ts'
import type { Flag } from './flag.ts'

/** What is set up. */
export const setupFlags = {
  gpu: {
    term: '--gpu',
    help: 'TensorFlow with CUDA 12 (573 MB to download; default: for the CPU, 274 MB)',
    example: '--gpu',
  },
  from: {
    term: '--from <wheel>',
    help: "TensorFlow's wheel, in place of a download",
    example: '--from tensorflow_cpu-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl',
    parse: filled('--from', "a wheel's path", 'tensorflow_cpu-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl'),
  },
  remove: {
    term: '--remove',
    help: 'remove what was set up',
    example: '--remove',
  },
} as const satisfies Record<string, Flag<string | number>>
