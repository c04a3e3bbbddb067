export { lower } from './cpu/index.ts'
export type { LoopCarried, LoopCarriedPart, Lowered } from './lowered.ts'
