export { seesGpu, tfjs } from './engine.ts'
