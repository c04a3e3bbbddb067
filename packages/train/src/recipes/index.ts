import type { Recipe } from '../types.ts'
import { best } from './best.ts'
import { cnn } from './cnn.ts'
import { fast } from './fast.ts'
import { linear } from './linear.ts'
import { mlp } from './mlp.ts'

/** The recipes by name, from the quickest to the best; `fast` is the one to begin with. */
export const recipes: Readonly<Record<string, Recipe>> = { linear, mlp, fast, cnn, best }
