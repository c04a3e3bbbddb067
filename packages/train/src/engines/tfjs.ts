import type { Engine } from '../types.ts'

/** The engine of `@pixelrow/train/tfjs`, loaded when it is first asked for something: who never trains on it never loads it. */
export const tfjs: Engine = {
  name: 'tfjs',
  devices: async (names) => (await door()).tfjs.devices(names),
  compile: async (graph, options) => (await door()).tfjs.compile(graph, options),
}

/** Which of the installed TensorFlow.js for a GPU uses one, or why none does. */
export async function seesGpu(): Promise<{ gpu: string } | { reason: string; isInstalled: boolean }> {
  return (await door()).seesGpu()
}

const door = () => import('../tfjs/index.ts')
