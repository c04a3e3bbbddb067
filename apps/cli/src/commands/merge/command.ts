import { type CallOptions, defineCommand } from '../../line/command.ts'
import { chosen, defineFlags } from '../../line/flags/define.ts'
import { forceFlags, modelFileFlags } from '../../line/flags/output.ts'
import { trainingFlags } from '../../line/flags/training.ts'

const flags = defineFlags({ ...chosen(trainingFlags, 'testShift'), ...modelFileFlags, ...forceFlags })

export const mergeCommand = defineCommand({
  name: 'merge',
  summary: 'make one model of several that answer together',
  description:
    'Puts models that train has exported into one file whose answer is the mean of theirs. Members that were trained apart ' +
    '(train --member 1, --member 2, …) give the very file that training them in one go (--members) gives.',
  arguments: [['models...', 'files that train or run has exported, or run folders, in the order of their numbers']],
  flags,
  examples: [
    'pixelrow merge m1/model.onnx m2/model.onnx m3/model.onnx -o model.onnx',
    'pixelrow merge m1/model.onnx m2/model.onnx --test-shift 1 -o model.onnx',
  ],
})

export type MergeOptions = CallOptions<typeof mergeCommand>
