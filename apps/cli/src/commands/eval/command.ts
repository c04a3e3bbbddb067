import { type CallOptions, defineCommand } from '../../line/command.ts'
import { classifyingFlags } from '../../line/flags/classifying.ts'
import { defineFlags } from '../../line/flags/define.ts'
import { evalFlags, tableForms } from '../../line/flags/reading.ts'

const flags = defineFlags({ ...evalFlags, ...classifyingFlags })

export const evalCommand = defineCommand({
  name: 'eval',
  summary: 'measure a model on labelled rows',
  description: 'Tells the accuracy on labelled rows, in all and by class, and the confusion matrix.',
  arguments: [
    ['model.onnx', 'a model that pixelrow exported, or a run folder'],
    ['labelled.csv', `labelled rows of pixels: ${tableForms}`],
  ],
  flags,
  examples: [
    'pixelrow eval runs/1-fast/model.onnx labelled.csv',
    'pixelrow eval runs/1-fast/model.onnx labelled.csv --json > eval.json',
  ],
})

export type EvalOptions = CallOptions<typeof evalCommand>
