import type { Engine } from '../types.ts'
import { onnxruntime } from './onnxruntime.ts'
import { tfjs } from './tfjs.ts'

const named = { onnxruntime, tfjs } satisfies Record<string, Engine>

/** The engines by name. Any other name gives undefined. */
export const engines: Readonly<typeof named & Record<string, Engine>> = named
