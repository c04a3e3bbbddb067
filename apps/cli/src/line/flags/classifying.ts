import { oneOf } from '../parse.ts'
import { chosen, defineFlags, type OptionsOf } from './define.ts'
import { machineFlags } from './training.ts'

const deviceNames = ['auto', 'cuda', 'webgpu', 'cpu', 'wasm'] as const

/** Where a model classifies. */
export const classifyingFlags = {
  ...defineFlags({
    device: {
      term: '--device <name>',
      help: `where to compute: ${deviceNames.slice(0, -1).join(', ')} or ${deviceNames.at(-1)}`,
      example: '--device cpu',
      // Nobody who writes gpu means cpu.
      parse: oneOf('--device', deviceNames, () => ''),
      default: 'auto',
    },
  }),
  ...chosen(machineFlags, 'threads'),
}

export type ClassifyingOptions = OptionsOf<typeof classifyingFlags>
