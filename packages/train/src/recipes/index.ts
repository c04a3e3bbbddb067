import { best } from './best.ts'
import { cnn } from './cnn.ts'
import { fast } from './fast.ts'
import { linear } from './linear.ts'
import { mlp } from './mlp.ts'
import type { Recipe } from './plan.ts'

const named = { linear, mlp, fast, cnn, best } satisfies Record<string, Recipe>

/** The recipes by name, from the quickest to the best; `fast` is the one to begin with. Any other name gives undefined. */
export const recipes: Readonly<typeof named & Record<string, Recipe>> = named
