import { type Dim, type Graph, graphBuilder, write } from '@pixelrow/onnx'
import { sourceError } from '../error.ts'
import { checked } from '../options.ts'
import { readArtifacts } from './artifacts.ts'
import {
  bytesInput,
  classifierMetadata,
  classify,
  pictureOf,
  type TfjsClassifier,
  teachableMachine,
} from './classifier.ts'
import { type TfjsToOnnxOptions, tfjsRules } from './options.ts'
import { type Plan, type Port, planOf } from './plan.ts'
import { type Lowering, plain, type Signal, type Site, toPlain } from './signal.ts'
import type { TfjsSource } from './source.ts'

/**
 * A tfjs model as one ONNX file (IR 8, opset 17) that any runtime can use as it is: LayersModel, sequential or
 * functional with models inside, or GraphModel, live or from its files.
 *
 * Inputs and outputs keep their names, types and the order of their axes; a LayersModel's batch has any size N. Inside,
 * images lie channels first, so that they are transposed once. Layers of training only are left out. Quantised weights
 * (uint8, uint16, float16) are float32 in the file. Throws an `ExportError` for a file that is missing or damaged and for
 * a layer or operator that is not supported, by its name, type and position.
 */
export async function tfjsToOnnx(source: TfjsSource, options: TfjsToOnnxOptions = {}): Promise<Uint8Array> {
  checked('tfjsToOnnx', options, tfjsRules)
  const artifacts = await readArtifacts(source, options)
  const plan = planOf(artifacts)
  const inputs = shaped(plan.inputs, options.inputShapes ?? {})
  const given = options.classifier ?? teachableMachine(artifacts)
  const classifier = given === false ? undefined : given
  const picture = classifier && pictureOf({ inputs }, artifacts.name)
  return write({
    irVersion: 8,
    opsets: { '': 17 },
    producerName: 'pixelrow',
    graph: graphOf({ ...plan, inputs }, classifier, artifacts.name),
    ...(classifier && picture && { metadata: classifierMetadata(picture, classifier) }),
  })
}

function graphOf(plan: Plan, classifier: TfjsClassifier | undefined, label: string): Graph {
  const g = graphBuilder('tfjs', { prefix: 'value_' })
  const taken = new Set(['pixels', 'probabilities', 'label', ...plan.outputs, ...plan.inputs.map(({ name }) => name)])
  const lowering: Lowering = {
    g,
    unique: (name) => unique(taken, name),
    moved: new Map(),
    masked: false,
    writer: plan.writer,
  }
  const site: Site = { lowering, name: classifier ? 'input' : '', subject: label }
  const signals = classifier
    ? [bytesInput(site, plan.inputs[0]!.dims, classifier)]
    : plan.inputs.map(({ name, dataType, dims }, at) =>
        plain(
          g.input(
            name,
            dataType,
            dims.map((dim, axis) => dim || `d${at}_${axis}`),
          ),
        ),
      )
  const outputs = plan.run(lowering, signals)
  outputs.forEach((signal, at) => {
    g.output(toPlain({ ...site, name: plan.outputs[at]! }, signal).value, plan.outputs[at]!)
  })
  if (classifier) addClassifier({ ...site, name: 'classifier' }, plan, outputs, classifier)
  return withoutIdentities(g.build())
}

function addClassifier(
  site: Site,
  { outputs: names }: Plan,
  outputs: readonly Signal[],
  classifier: TfjsClassifier,
): void {
  const [scores, ...more] = outputs
  if (!scores || more.length)
    throw sourceError(`${site.subject}: a classifier has one output, found ${names.join(', ')}.`)
  const { g } = site.lowering
  const { probabilities, label } = classify(site, scores, classifier)
  if (names[0] !== 'probabilities') g.output(probabilities, 'probabilities')
  g.output(label, 'label')
}

function unique(taken: Set<string>, name: string): string {
  let own = name
  for (let count = 1; taken.has(own); count++) own = `${name}_${count}`
  taken.add(own)
  return own
}

/** The model's inputs with the shapes that the caller states. */
function shaped(inputs: readonly Port[], shapes: NonNullable<TfjsToOnnxOptions['inputShapes']>): Port[] {
  const names = inputs.map(({ name }) => name)
  const strange = Object.keys(shapes).find((name) => !names.includes(name))
  if (strange !== undefined)
    throw sourceError(`inputShapes names ${JSON.stringify(strange)}; the model’s inputs are ${names.join(', ')}.`)
  return inputs.map((port) => {
    const shape = Object.hasOwn(shapes, port.name) ? shapes[port.name]! : undefined
    const fits =
      !shape ||
      (shape.length === port.dims.length &&
        port.dims.every((dim, axis) => typeof dim === 'string' || shape[axis] === dim || axis === 0))
    if (!fits)
      throw sourceError(
        `inputShapes has [${shape}] for ${port.name}; the model takes [${port.dims.map((dim) => dim || '?')}].`,
      )
    return shape ? { ...port, dims: shape.map((dim, axis): Dim => dim ?? (axis === 0 ? 'N' : '')) } : port
  })
}

/** Gives values that go out the outputs' names at once, instead of by an Identity behind each. */
function withoutIdentities(graph: Graph): Graph {
  const inner = new Set(graph.nodes.flatMap(({ outputs }) => outputs))
  const ends = new Set(graph.outputs.map(({ name }) => name))
  const names = new Map<string, string>()
  const nodes = graph.nodes.filter(({ opType, inputs: [from], outputs: [to] }) => {
    if (opType !== 'Identity' || from === undefined || to === undefined) return true
    const superfluous = ends.has(to) && inner.has(from) && !ends.has(from) && !names.has(from)
    if (superfluous) names.set(from, to)
    return !superfluous
  })
  const renamed = (name: string) => names.get(name) ?? name
  return {
    ...graph,
    nodes: nodes.map((node) => ({ ...node, inputs: node.inputs.map(renamed), outputs: node.outputs.map(renamed) })),
    ...(graph.values && { values: graph.values.filter(({ name }) => !names.has(name)) }),
  }
}
