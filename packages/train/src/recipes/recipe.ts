import type { PixelTable } from '@pixelrow/data'
import { oneOf, type Rules } from '../../../../common/options.ts'
import { check } from '../check.ts'
import { limitNotes } from './limits.ts'
import type { Plan, Recipe, RecipeOptions } from './plan.ts'

const rules: Rules<RecipeOptions> = { augment: oneOf('none', 'shift', 'photo') }

/** What a recipe is made of: `prepare` leaves out the notes, which are the same for all. */
interface Parts extends Omit<Recipe, 'prepare'> {
  /** How images are varied unless it is said. */
  augment: NonNullable<RecipeOptions['augment']>
  plan(table: PixelTable, augment: NonNullable<RecipeOptions['augment']>): Omit<Plan, 'notes'>
}

/** A recipe that checks what it is asked for. */
export function recipe({ augment, plan, ...parts }: Parts): Recipe {
  return {
    ...parts,
    prepare(table, options = {}) {
      check(`recipes.${parts.name}.prepare`, options, rules)
      return { ...plan(table, options.augment ?? augment), notes: limitNotes(table) }
    },
  }
}
