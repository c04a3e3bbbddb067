import { type CallOptions, defineCommand } from '../../line/command.ts'

export const inspectCommand = defineCommand({
  name: 'inspect',
  summary: 'tell what is in an ONNX file',
  description: 'Tells inputs, outputs, weights, operators and metadata of any ONNX file without running it.',
  arguments: [['model.onnx', 'an ONNX file, or a run folder']],
  flags: {},
  examples: ['pixelrow inspect runs/1-fast/model.onnx', 'pixelrow inspect model.onnx --json'],
})

export type InspectOptions = CallOptions<typeof inspectCommand>
