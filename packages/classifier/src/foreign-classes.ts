import type { ModelOptions } from './description.ts'
import { classesOfScores } from './file-classes.ts'
import { classCountError, classesConflict, labelError, labelsUnknown } from './foreign-refusals.ts'
import type { FileGraph } from './graph.ts'
import type { LabelOutput } from './label-output.ts'
import type { ClassesFrom } from './types.ts'

/** One image of a trial: the place of its best score, and what the file's label says. */
export interface Trial {
  best: number
  label: string
}

/** What is known of a model when its classes are looked for. */
interface Known {
  name: string
  graph: FileGraph | undefined
  /** The output of scores, and how many there are. */
  scores: string
  count: number
  /** The output of labels, if there is one, with some images of which both are known. */
  label: LabelOutput | undefined
  trials: readonly Trial[]
  given: ModelOptions
  hints: ModelOptions
}

/** The classes of a model that is not ours, and where they come from. */
export interface ForeignClasses {
  classes: readonly string[]
  classesFrom: ClassesFrom
  /** The places of what the file's labels say; undefined where it has none that can be understood. */
  places: ((labels: readonly string[]) => Uint16Array) | undefined
}

/**
 * Finds the classes: what the caller says, else the metadata, else the graph, and in the end numbers. Throws a `ClassifierError` where these contradict
 * each other or the file's labels: a number that nobody has said is no class then.
 */
export function foreignClasses(known: Known): ForeignClasses {
  const { name, graph, label, scores, count, trials, given, hints } = known
  const ofFile = label?.labelling?.classes ?? (graph && classesOfScores(graph, scores))
  const said = hints.classes
  const classes = said ?? ofFile ?? numbers(count)
  for (const each of [ofFile, classes])
    if (each && each.length !== count) throw classCountError(name, { expected: each.length, found: count })
  if (said && ofFile) checkOrder(known, said, ofFile)
  // Labels that are not one for each image are something else.
  const texts = label && trials.length > 0 ? labelTexts(known, label, ofFile, said) : undefined
  return {
    classes,
    classesFrom: given.classes ? 'caller' : said ? 'metadata' : ofFile ? 'graph' : 'numbering',
    places: texts && placesOf(texts, name, label!.name),
  }
}

const numbers = (count: number): string[] => Array.from({ length: count }, (_, place) => String(place))

/** The same classes in another order would be wrong ones. */
function checkOrder({ name, label, scores }: Known, said: readonly string[], ofFile: readonly string[]): void {
  const place = said.findIndex((text, at) => text !== ofFile[at])
  if (place < 0 || !said.every((text) => ofFile.includes(text))) return
  throw classesConflict(name, { output: label?.name ?? scores, said: said[place]!, label: ofFile[place]! })
}

/** The file's labels in the order of the scores: as the graph says, else as some images show; undefined where they show nothing that is known. */
function labelTexts(
  { name, trials, count }: Known,
  { name: output, labelling }: LabelOutput,
  ofFile: readonly string[] | undefined,
  said: readonly string[] | undefined,
): readonly string[] | undefined {
  if (labelling) return labelling.classes ?? numbers(count)
  const fitting = [numbers(count), ofFile, said].find(
    (texts) => texts && trials.every(({ best, label }) => texts[best] === label),
  )
  if (fitting) return fitting
  if (!said) throw labelsUnknown({ name, output, count, ...trials.find(({ best, label }) => label !== String(best))! })
  const other = trials.find(({ best, label }) => said.includes(label) && said[best] !== label)
  if (other) throw classesConflict(name, { output, said: said[other.best]!, label: other.label })
  return undefined
}

function placesOf(texts: readonly string[], name: string, output: string): NonNullable<ForeignClasses['places']> {
  const places = new Map(texts.map((text, place) => [text, place]))
  return (labels) =>
    Uint16Array.from(labels, (label, row) => {
      const place = places.get(label)
      if (place === undefined) throw labelError({ name, row, output, label })
      return place
    })
}
