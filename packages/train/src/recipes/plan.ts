import type { PixelTable } from '@pixelrow/data'
import type { Architecture } from '@pixelrow/model'
import type { FitOptions } from '../options.ts'

/** A recipe's answer to a table: what to train and how. */
export interface Plan {
  architecture: Architecture
  options: Required<Pick<FitOptions, 'epochs' | 'batchSize' | 'learningRate' | 'optimizer' | 'schedule'>> &
    Pick<FitOptions, 'augment' | 'labelSmoothing' | 'steps'>
  /** Several models that answer together; their seeds are `memberSeed`'s. */
  ensemble?: {
    /** 2 or more. */
    members: number
    /** Each image is also classified moved by so many pixels up, down, left and right. */
    shift: number
  }
  /** Sentences about where the table is beyond what the recipe was made for. */
  notes: string[]
}

/**
 * How pictures are varied in training: `shift` moves them, `photo` also mirrors half of them left to right, which fits pictures of
 * things but no glyphs, `none` leaves them as they are.
 */
export type AugmentationName = 'none' | 'shift' | 'photo'

/** What a recipe can be asked for. */
export interface RecipeOptions {
  /** Default: the recipe's own. */
  augment?: AugmentationName
}

/** A named way to a good classifier, as a short rule from a table's shape and size to a plan. */
export interface Recipe {
  name: string
  description: string
  /** Share of the rows that is kept to validate on, unless told otherwise. */
  validation: number
  /** Whether a second training on all rows follows once validation has told the accuracy; else the first one is the result. */
  trainOnAll: boolean
  prepare(table: PixelTable, options?: RecipeOptions): Plan
}
