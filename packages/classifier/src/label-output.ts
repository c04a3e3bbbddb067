import { type Labelling, labellingOf } from './file-classes.ts'
import type { FileGraph } from './graph.ts'
import type { Session } from './session.ts'

/** An output of a file that says the class of each image, beside the scores. */
export interface LabelOutput {
  name: string
  /** What the graph says of it; undefined where it must be tried. */
  labelling: Labelling | undefined
}

/** The output of labels beside one of scores, if there is one: by what the graph makes of it, else by its name. */
export function labelOutput(
  { outputMetadata = [] }: Session,
  graph: FileGraph | undefined,
  scores: string,
): LabelOutput | undefined {
  const found = outputMetadata
    .filter(({ name, type = '', shape = [] }) => name !== scores && /^(u?int|string)/.test(type) && shape.length < 3)
    .map(({ name }) => ({ name, labelling: graph && labellingOf(graph, name) }))
  return found.find(({ labelling }) => labelling) ?? found.find(({ name }) => /label|class|predict/i.test(name))
}
