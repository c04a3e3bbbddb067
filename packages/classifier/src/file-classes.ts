import type { FileGraph, GraphNode } from './graph.ts'

/** What a graph says of an output of labels: the classes in the order of the scores, or none where a label is the place of the best score. */
export interface Labelling {
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
export function labellingOf(graph: FileGraph, output: string): Labelling | undefined {
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
export function classesOfScores(graph: FileGraph, output: string): readonly string[] | undefined {
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
