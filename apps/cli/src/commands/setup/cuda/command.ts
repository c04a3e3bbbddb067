import { type CallOptions, defineCommand } from '../../../line/command.ts'
import { defineFlags } from '../../../line/flags/define.ts'
import { filled } from '../../../line/parse.ts'

const wheel = 'onnxruntime_gpu-1.30.0-cp312-cp312-manylinux_2_28_x86_64.whl'

const flags = defineFlags({
  from: {
    term: '--from <wheel|folder>',
    help: "onnxruntime-gpu's wheel, or a folder with what it holds, in place of a download",
    example: `--from ${wheel}`,
    parse: filled('--from', 'a path of a wheel or of a folder with what it holds', wheel),
  },
  remove: {
    term: '--remove',
    help: 'remove what was set up',
    example: '--remove',
  },
})

export const setupCudaCommand = defineCommand({
  name: 'setup cuda',
  summary: 'bring NVIDIA GPUs to onnxruntime: its CUDA provider',
  description:
    "Takes onnxruntime's CUDA provider, of exactly the version and commit that pixelrow uses, out of PyPI's onnxruntime-gpu (247 MB) with your own " +
    "pip, keeps it in pixelrow's cache folder and links it beside onnxruntime-node; names NVIDIA's libraries that are missing, and tries a " +
    'session. Run it again after a reinstall: then it only links. Linux on x64, for which alone onnxruntime-node is built with CUDA.',
  arguments: [],
  flags,
  examples: ['pixelrow setup cuda', `pixelrow setup cuda --from ${wheel}`, 'pixelrow setup cuda --remove'],
})

export type SetupCudaOptions = CallOptions<typeof setupCudaCommand>
