import type { Engine } from '../types.ts'
import { onnxruntime } from './onnxruntime.ts'
import { tfjs } from './tfjs/index.ts'

/** The engines by name. */
export const engines: Readonly<Record<string, Engine>> = { onnxruntime, tfjs }
