import { type CallOptions, defineCommand } from '../../../line/command.ts'
import { defineFlags } from '../../../line/flags/define.ts'
import { filled } from '../../../line/parse.ts'

const flags = defineFlags({
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
})

export const setupTfjsCommand = defineCommand({
  name: 'setup tfjs',
  summary: "build tfjs-node on TensorFlow's current library",
  description:
    "Builds tfjs-node's native addon on the library of TensorFlow's wheel, for the CPU or CUDA 12, into pixelrow's cache folder; " +
    "your node_modules are not touched. Needs a C++ compiler, npm and, unless --from gives the wheel, Python's pip; Linux on x64.",
  arguments: [],
  flags,
  examples: [
    'pixelrow setup tfjs',
    'pixelrow setup tfjs --gpu',
    'pixelrow setup tfjs --from tensorflow_cpu-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl',
    'pixelrow setup tfjs --remove',
  ],
})

export type SetupTfjsOptions = CallOptions<typeof setupTfjsCommand>
