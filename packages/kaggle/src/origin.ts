import { explained, listFiles } from './competitions.ts'
import { aboutDataset, type Dataset, explainedOf, listDatasetFiles, titleOf } from './datasets.ts'
import type { Answer, CallOptions, Service } from './service.ts'
import type { RemoteFile } from './types.ts'

/** What files are downloaded from. */
export interface Origin {
  /** As sentences name it. */
  title: string
  /** The zip of all files is called so. */
  name: string
  /** Asks where one file is, or the zip of all. */
  ask(file: string | undefined, how: CallOptions): Promise<Answer>
  /** What a denial means; other errors come back as they are. */
  explain(error: unknown): unknown
  files(): Promise<RemoteFile[]>
}

export const competitionOrigin = (service: Service, slug: string): Origin => ({
  title: slug,
  name: slug,
  ask: (fileName, how) =>
    fileName === undefined
      ? service.call('DownloadDataFiles', { competitionName: slug }, how)
      : service.call('DownloadDataFile', { competitionName: slug, fileName }, how),
  explain: (error) => explained(service, error, slug),
  files: () => listFiles(service, slug),
})

export const datasetOrigin = (service: Service, dataset: Dataset): Origin => ({
  title: titleOf(dataset),
  name: dataset.name,
  ask: (fileName, how) =>
    aboutDataset(service, dataset, {
      method: 'DownloadDataset',
      ...(fileName !== undefined && { body: { fileName } }),
      ...how,
    }),
  explain: (error) => explainedOf(dataset, error),
  files: () => listDatasetFiles(service, dataset),
})
