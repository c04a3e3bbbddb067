import type { DeviceName } from './types.ts'

/** All devices, in the order in which they are preferred. */
export const deviceNames: readonly DeviceName[] = ['cuda', 'webgpu', 'cpu']
