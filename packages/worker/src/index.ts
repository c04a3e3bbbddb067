export { WorkerError, type WorkerErrorCode } from './errors.ts'
export { isolates, startHost } from './host.ts'
export type { Host, HostOptions } from './types.ts'
