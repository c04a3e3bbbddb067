import { many } from '../terminal/table.ts'
import { classRule, type LabelRule } from './check.ts'
import type { NamedSample } from './sample.ts'

/** Which labels there may be, as far as anything here tells. */
export interface KnownLabels {
  rule: LabelRule
  /** Not there where only their form is known. */
  classes?: readonly string[]
  /** What a submission that passes is told: `Every label is one of the 10 classes in train.csv`. */
  says: string
  /** What to do about a label that does not fit. */
  fix?: string
}

/** The classes' own texts; `from` is where they are found. */
export function labelsAmong(classes: readonly string[], from: string): KnownLabels {
  const says = `Every label is one of the ${many(classes.length, 'class', 'classes')} ${from}`
  return { rule: classRule(classes), classes, says }
}

/** Labels of competitions whose files do not tell them. */
const competitions: Readonly<Record<string, { header: string; classes: readonly string[] }>> = {
  'digit-recognizer': { header: 'ImageId,Label', classes: [...'0123456789'] },
}

/** The labels of a competition that is known by its name, if the header is its own. */
export function labelsOfCompetition(slug: string, header: readonly string[]): KnownLabels | undefined {
  const known = competitions[slug]
  if (!known || known.header !== header.join()) return undefined
  const fix = `those are the classes of ${slug}; for another competition add --competition NAME`
  return { ...labelsAmong(known.classes, `of ${slug}`), fix }
}

/** The form of labels in a sample, whose placeholders are of the same kind: whole numbers or not. */
export function labelsLike({ name, labels }: NamedSample): KnownLabels | undefined {
  if (!labels.every((label) => whole.test(label))) return undefined
  const rule = { expected: `a whole number, as the labels of ${name} are`, fits: (label: string) => whole.test(label) }
  return { rule, says: `Every label is a whole number, as in ${name}; which of them there are is not known` }
}

const whole = /^\d+$/
