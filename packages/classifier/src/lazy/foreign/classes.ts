import { ClassifierError } from '../../errors.ts'
import type { Session } from '../../session.ts'
import type { ClassesFrom, ModelOptions } from '../../types.ts'
import type { FileGraph, GraphNode } from './graph.ts'

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

/** What a graph says of an output of labels: the classes in the order of the scores, or none where a label is the place of the best score. */
interface Labelling {
  classes?: readonly string[]
}

/** Operators that change the form of labels or scores, not what they say. */
const forms = ['Identity', 'Cast', 'Reshape', 'Squeeze', 'Unsqueeze', 'Flatten', 'Transpose']

/** Those, and what brings scores to another scale, each in its place. */
const scales = [...forms, 'Normalizer', 'Softmax']

/**
 * Follows an output of labels to what they are chosen from. scikit-learn's converters have the classes at an operator of `ai.onnx.ml` (`classlabels_*`), or
 * as a constant of which the place of the best score picks one; others end in that place. Undefined where the labels come from something else.
 */
function labellingOf(graph: FileGraph, output: string): Labelling | undefined {
  const found = behind(makersOf(graph), output, forms)
  if (!found) return undefined
  const { opType, inputs, outputs, lists } = found.node
  const classes = classLabels(found.node)
  if (classes && found.output === outputs[0]) return { classes }
  const [first = '', second = ''] = inputs
  if (opType === 'ArgMax') return {}
  if (opType === 'ArrayFeatureExtractor' || opType === 'Gather')
    return pickedFrom(graph.constants.get(first), graph, second)
  return opType === 'LabelEncoder' ? encoded(labellingOf(graph, first), lists) : undefined
}

/** The classes at the operator that gives an output of scores. */
function classesOfScores(graph: FileGraph, output: string): readonly string[] | undefined {
  const found = behind(makersOf(graph), output, scales)
  return found && classLabels(found.node)
}

/** The operator whose output a value is, without those that have been `passed`. */
function behind(makers: Map<string, GraphNode>, value: string, passed: readonly string[]) {
  let output = value
  let node = makers.get(output)
  while (node && passed.includes(node.opType)) {
    output = node.inputs[0] ?? ''
    node = makers.get(output)
  }
  return node && { node, output }
}

const makersOf = ({ nodes }: FileGraph): Map<string, GraphNode> =>
  new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node])))

function classLabels({ lists }: GraphNode): readonly string[] | undefined {
  return lists.get('classlabels_strings') ?? lists.get('classlabels_int64s') ?? lists.get('classlabels_ints')
}

/** One of a constant's elements, at the place of the best score. */
function pickedFrom(classes: readonly string[] | undefined, graph: FileGraph, place: string): Labelling | undefined {
  const index = labellingOf(graph, place)
  return classes && index && !index.classes ? { classes } : undefined
}

/** LabelEncoder gives a value for each key. Where the keys are places of scores, it has one for each. */
function encoded(from: Labelling | undefined, lists: GraphNode['lists']): Labelling | undefined {
  const keys = lists.get('keys_strings') ?? lists.get('keys_int64s')
  const values = lists.get('values_strings') ?? lists.get('values_int64s')
  if (!from || !keys || keys.length !== values?.length) return undefined
  const valueFor = new Map(keys.map((key, at) => [key, values[at]]))
  const classes = (from.classes ?? keys.map((_, place) => String(place))).flatMap((key) => valueFor.get(key) ?? [])
  return classes.length === (from.classes ?? keys).length ? { classes } : undefined
}

/** Under which keys exporters write the names of classes; the last two map names to places. */
const keys = ['classes', 'class_names', 'labels', 'names', 'id2label', 'class_to_idx', 'label2id']

/**
 * The classes that some exporter wrote into the metadata: a list in JSON, in Python's form or one a line, or an object of names by place or places by name,
 * in JSON or as Python's `{0: 'cat', 1: 'dog'}`.
 */
export function classNames(metadata: Record<string, string>): string[] | undefined {
  for (const key of keys) {
    const text = metadata[key]?.trim()
    const names = text && (fromJson(text) ?? fromPython(text) ?? fromLines(text))
    if (names) return names
  }
  return undefined
}

function fromJson(text: string): string[] | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  return inOrder(Array.isArray(value) ? [...value.entries()] : Object.entries(value))
}

/** What Python's `str` makes of a list of texts or of a dict. */
function fromPython(text: string): string[] | undefined {
  const [open, close] = [text[0], text.at(-1)]
  if (!((open === '{' && close === '}') || (open === '[' && close === ']'))) return undefined
  const quoted = String.raw`'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"`
  const entry = new RegExp(String.raw`\s*(?:(\d+)\s*:\s*)?(?:${quoted})(?:\s*:\s*(\d+))?\s*(?:,|$)`, 'gy')
  const inside = text.slice(1, -1)
  const found: [string, string][] = []
  let at = 0
  for (let match = entry.exec(inside); match; match = entry.exec(inside)) {
    const [whole, before, single, double, after] = match
    const place = open === '[' ? String(found.length) : (before ?? after)
    if (place === undefined || (open === '[' && (before ?? after) !== undefined)) return undefined
    found.push([place, (single ?? double)!.replaceAll(/\\(.)/g, '$1')])
    at += whole.length
    if (at === inside.length) return inOrder(found)
  }
  return undefined
}

function fromLines(text: string): string[] | undefined {
  const lines = text.split(/\r?\n/)
  return lines.length > 1 && !/^[[{]/.test(text) ? lines.map((line) => line.trim()) : undefined
}

/** Texts under 0, 1, 2, …, none left out, or these places under texts. */
function inOrder(entries: [number | string, unknown][]): string[] | undefined {
  const names: string[] = []
  for (const [key, value] of entries) {
    const [place, name] = typeof value === 'number' ? [value, key] : [Number(key), value]
    if (typeof name !== 'string' || !(Number.isInteger(place) && place >= 0 && place < entries.length)) return undefined
    names[place] = name
  }
  return names.length > 0 && Object.keys(names).length === entries.length ? names : undefined
}

const say = "Say them, in the order of the scores: model: { classes: ['…', …] }"

/** Labels that are neither a numbering of the scores nor told by the file. */
function labelsUnknown(found: {
  name: string
  output: string
  label: string
  best: number
  count: number
}): ClassifierError {
  const { name, output, label, best, count } = found
  return new ClassifierError(
    `${name}: nobody says its classes. Its output '${output}' says ${label} where number ${best} of ${count} scores is the best, so they are ` +
      `not numbered 0 to ${count - 1}. ${say}`,
    { code: 'CLASSIFIER_CLASSES_UNKNOWN', params: found },
  )
}

/** Classes that somebody has said, in another order than the file's own. */
function classesConflict(name: string, found: { output: string; said: string; label: string }): ClassifierError {
  return new ClassifierError(
    `${name}: its classes are said to be in another order than its scores: its output '${found.output}' says ${found.label} where they say ${found.said}`,
    { code: 'CLASSIFIER_CLASSES_ORDER', params: { name, ...found } },
  )
}

/** Another number of classes than of scores. */
function classCountError(name: string, found: { expected: number; found: number }): ClassifierError {
  return new ClassifierError(
    `${name}: expected ${found.expected} scores, as there are so many classes, found ${found.found}`,
    { code: 'CLASSIFIER_CLASSES_COUNT', params: { name, ...found } },
  )
}

/** A label that is none of the classes. */
function labelError(found: { name: string; row: number; output: string; label: string }): ClassifierError {
  const { name, row, output, label } = found
  return new ClassifierError(
    `${name}: image ${row}: its output '${output}' says ${label}, which is none of its classes`,
    {
      code: 'CLASSIFIER_LABEL_UNKNOWN',
      params: found,
    },
  )
}
