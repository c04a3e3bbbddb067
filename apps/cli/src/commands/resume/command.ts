import { type CallOptions, defineCommand } from '../../line/command.ts'
import { defineFlags } from '../../line/flags/define.ts'
import { consentFlags } from '../../line/flags/kaggle.ts'
import { forceFlags } from '../../line/flags/output.ts'
import { elsewhereFlags } from '../../line/flags/training.ts'

export const resumeCommand = defineCommand({
  name: 'resume',
  summary: 'go on with a training that was interrupted',
  description:
    'Goes on with a run or train that Ctrl-C or a power cut has ended, from its last checkpoint and with the options it ' +
    'had, to the very model that it would have given; on another --device to nearly that one. It reads the same files again and refuses them if they have changed. ' +
    'Exits with 4 where the training came to nothing.',
  arguments: [['run-folder', 'what the interrupted training left, such as runs/3-fast']],
  flags: defineFlags({ ...elsewhereFlags, ...consentFlags, ...forceFlags }),
  examples: ['pixelrow resume runs/3-fast', 'pixelrow resume runs/3-fast --device cpu'],
})

export type ResumeOptions = CallOptions<typeof resumeCommand>
