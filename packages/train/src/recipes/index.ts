import type { Recipe } from '../types.ts'
import { linear } from './linear.ts'
import { mlp } from './mlp.ts'

/** The recipes by name. */
export const recipes: Readonly<Record<string, Recipe>> = { linear, mlp }
