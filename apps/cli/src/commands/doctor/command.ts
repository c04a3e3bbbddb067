import { type CallOptions, defineCommand } from '../../line/command.ts'

export const doctorCommand = defineCommand({
  name: 'doctor',
  summary: 'tell what can compute here, and what is missing',
  description:
    'Looks at each device (CUDA, WebGPU, CPU) and tries those whose pieces are all there: a session, a product and a convolution, in a process of ' +
    'its own. Tells the first piece that is missing and what mends it, the versions, and what setup has built. Ends with 0 whatever it finds.',
  arguments: [],
  flags: {},
  examples: ['pixelrow doctor', 'pixelrow doctor --json'],
})

export type DoctorOptions = CallOptions<typeof doctorCommand>
