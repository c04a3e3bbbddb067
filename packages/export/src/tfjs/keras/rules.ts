import { windows } from './convolutions.ts'
import { core } from './core.ts'
import type { Rule } from './layer.ts'
import { merges } from './merge.ts'
import { preprocessing } from './preprocessing.ts'

/** All supported layers by their `class_name`. */
export const rules: Readonly<Record<string, Rule>> = { ...core, ...windows, ...merges, ...preprocessing }
