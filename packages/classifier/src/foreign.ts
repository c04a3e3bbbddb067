import { loadDescriptions, rawRun } from './core.ts'
import type { ModelOptions } from './description.ts'
import { feedOf } from './feed.ts'
import { foreignClasses } from './foreign-classes.ts'
import { mapsError, scalingError } from './foreign-refusals.ts'
import { inBatches, probed, resultsOf, softmaxRows } from './foreign-run.ts'
import { foreignSignature, isScores } from './foreign-signature.ts'
import { type FileGraph, readGraph } from './graph.ts'
import { hintsOf } from './hints.ts'
import { labelOutput } from './label-output.ts'
import { labelled } from './labels.ts'
import { mapOutputs, withScores } from './maps.ts'
import { scoresError } from './refusals.ts'
import type { Runner, RunnerParts } from './runner.ts'
import type { Session } from './session.ts'

/** What a model that is not ours is opened with. */
interface Foreign extends Pick<RunnerParts, 'session' | 'tensor' | 'reopen'> {
  bytes: Uint8Array
  given?: ModelOptions
  name: string
}

/**
 * Makes a runner of a model that is not ours. It is run on a test image, to learn its number of classes and whether its output still needs a softmax, and
 * on some more where it has labels that the graph does not explain. A part of its own, which a page that has a model of pixelrow never loads.
 */
export async function openForeign(foreign: Foreign): Promise<Runner> {
  const { bytes, given = {}, name, tensor } = foreign
  const { metadataOf } = await loadDescriptions()
  const graph = readGraph(bytes)
  const session = await withoutMaps(foreign, graph)
  const hints = hintsOf(metadataOf(bytes, name), name, given)
  const signature = foreignSignature(session, hints, name)
  const scaling = (['scale', 'mean', 'std'] as const).filter((option) => given[option] !== undefined)
  if (signature.type === 'uint8' && scaling.length > 0) throw scalingError(name, scaling)
  const { shape, output, batch } = signature
  const label = labelOutput(session, graph, output)
  const wanted = { ...signature, ...(label && { label: label.name }) }
  const once = resultsOf(rawRun(session, tensor, wanted, feedOf(signature, hints, name)), wanted, name)
  const run = batch === undefined ? once : inBatches(once, batch)
  const { softmax, ...tried } = await probed(run, { shape, hints, label, name })
  const found = foreignClasses({ name, graph, scores: output, hints, given, label, ...tried })
  const { classes, classesFrom, places } = found
  return {
    model: { classes, classesFrom, shape, maxValue: 255 },
    async run(pixels, rows) {
      const { scores, labels } = await run(pixels, rows)
      const told = { count: classes.length, name }
      const predictions = labelled(softmax ? softmaxRows(scores, classes.length) : scores, rows, told)
      if (!places) return predictions
      if (!labels) throw scoresError(name, rows, label!.name)
      return { ...predictions, labels: places(labels) }
    },
    release: () => session.release(),
  }
}

/** The session, or another of the same file, in which scores are no list of maps. */
async function withoutMaps({ session, bytes, reopen, name }: Foreign, graph: FileGraph | undefined): Promise<Session> {
  const maps = graph ? mapOutputs(graph) : []
  if (!graph || maps.length === 0 || session.outputMetadata?.some(isScores)) return session
  if (!reopen) throw mapsError(name, maps)
  return reopen(withScores(bytes, graph))
}
