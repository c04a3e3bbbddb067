import type { TfjsFile } from '@pixelrow/export/tfjs'
import { type Member, zipOf } from '../../files/test/writer.ts'
import { layers, type tf, trained } from './tfjsruntime.ts'

const { layers: l } = layers

/** What tfjs gives to whoever saves a model. */
export async function savedArtifacts(model: layers.LayersModel): Promise<tf.io.ModelArtifacts> {
  let artifacts: tf.io.ModelArtifacts | undefined
  await model.save({
    save: async (given) => {
      artifacts = given
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } }
    },
  })
  return artifacts!
}

/** A model's files as tfjs' downloads are, its weights in `shards` files. */
export async function filesOf(model: layers.LayersModel, { shards = 1, name = 'model' } = {}): Promise<TfjsFile[]> {
  const { weightSpecs, weightData, ...rest } = await savedArtifacts(model)
  const bytes = new Uint8Array(weightData as ArrayBuffer)
  const size = Math.ceil(bytes.length / shards)
  const parts = Array.from({ length: shards }, (_, at) => ({
    name: shards === 1 ? `${name}.weights.bin` : `group1-shard${at + 1}of${shards}.bin`,
    bytes: bytes.slice(at * size, (at + 1) * size),
  }))
  const json = { ...rest, weightsManifest: [{ paths: parts.map(({ name }) => name), weights: weightSpecs }] }
  return [{ name: `${name}.json`, bytes: new TextEncoder().encode(JSON.stringify(json)) }, ...parts]
}

/** A zip of files, as a browser downloads it. */
export function zipped(files: readonly TfjsFile[]): Uint8Array {
  return zipOf(files.map(({ name, bytes }): Member => ({ name, data: bytes })))
}

/** A model of the structure that Teachable Machine downloads: sequential models of a feature extractor and a head. */
export function teachableModel(size = 24, classes = 3): layers.Sequential {
  const features = layers.sequential({
    layers: [
      l.conv2d({ inputShape: [size, size, 3], filters: 4, kernelSize: 3, strides: 2, padding: 'same', useBias: false }),
      l.batchNormalization(),
      l.reLU({ maxValue: 6 }),
      l.depthwiseConv2d({ kernelSize: 3, padding: 'same', useBias: false }),
      l.conv2d({ filters: 8, kernelSize: 1 }),
    ],
  })
  const extractor = layers.sequential({ layers: [features, l.globalAveragePooling2d({} as never)] })
  const head = layers.sequential({
    layers: [
      l.dense({ inputShape: [8], units: 10, activation: 'relu' }),
      l.dense({ units: classes, useBias: false, activation: 'softmax' }),
    ],
  })
  return trained(layers.sequential({ layers: [extractor, head] })) as layers.Sequential
}

/** The metadata.json of a Teachable Machine image project. */
export function teachableMetadata(labels: readonly string[], size = 24): TfjsFile {
  const metadata = {
    tfjsVersion: '1.7.4',
    tmVersion: '2.4.10',
    packageVersion: '0.8.4-alpha2',
    packageName: '@teachablemachine/image',
    timeStamp: '2024-05-01T12:00:00.000Z',
    userMetadata: {},
    modelName: 'tm-my-image-model',
    labels,
    imageSize: size,
  }
  return { name: 'metadata.json', bytes: new TextEncoder().encode(JSON.stringify(metadata)) }
}
