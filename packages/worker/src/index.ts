export { WorkerError, type WorkerErrorCode } from './errors.ts'
export { type Host, type HostOptions, isolates, startHost } from './host.ts'
