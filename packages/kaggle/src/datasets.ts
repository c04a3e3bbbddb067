import { show } from '../../../common/options.ts'
import { pagesOf, remoteFile } from './competitions.ts'
import { KaggleError, ServiceError, UnknownDatasetError } from './errors.ts'
import { objects } from './fields.ts'
import type { Answer, CallOptions, Service } from './service.ts'
import type { RemoteFile } from './types.ts'

/** A data set, as calls name it. */
export interface Dataset {
  owner: string
  name: string
  /** Default: the newest one. */
  version?: number
}

/** A data set out of what people paste: `owner/name`, with `/versions/3` behind it or without, or the address of any of its pages. */
export function datasetOf(nameOrAddress: string): Dataset {
  const words = typeof nameOrAddress === 'string' ? nameOrAddress.trim() : ''
  const path = /(?:^|\/)datasets\/(?!data\/)([^?#]+)/.exec(words)?.[1] ?? words
  const [, owner, name, version] =
    /^([\w.-]+)\/([\w.-]+)(?:\/(?:versions\/)?([1-9]\d{0,8})|\/[a-z]*)?\/?$/.exec(path) ?? []
  if (owner && name) return { owner, name, ...(version && { version: Number(version) }) }
  const [expected, found] = ['OWNER/NAME, or the address of one of its pages', show(nameOrAddress)]
  const params = { where: 'a data set', option: 'name', expected, found }
  throw new KaggleError(`A data set: expected ${expected}; found ${found}.`, { code: 'KAGGLE_OPTION_INVALID', params })
}

export const titleOf = ({ owner, name }: Dataset): string => `${owner}/${name}`

/** Calls a method about a data set. Kaggle says 403 or 404 where there is none, and where it is somebody's own. */
export async function aboutDataset(
  service: Service,
  dataset: Dataset,
  { method, body = {}, ...how }: CallOptions & { method: string; body?: Record<string, unknown> },
): Promise<Answer> {
  const { owner: ownerSlug, name: datasetSlug, version } = dataset
  const about = { ownerSlug, datasetSlug, ...(version !== undefined && { datasetVersionNumber: version }) }
  return service.callAny(`datasets.DatasetApiService/${method}`, { ...about, ...body }, how)
}

/** What a denial about a data set means; other errors come back as they are. */
export function explainedOf(dataset: Dataset, error: unknown): unknown {
  const isDenied = error instanceof ServiceError && (error.status === 403 || error.status === 404)
  return isDenied ? new UnknownDatasetError(titleOf(dataset), error.reason) : error
}

/** All files: the service gives them in pages. */
export async function listDatasetFiles(
  service: Service,
  dataset: Dataset,
  how: CallOptions = {},
): Promise<RemoteFile[]> {
  const files: RemoteFile[] = []
  const ask = (body: Record<string, unknown>) =>
    aboutDataset(service, dataset, { method: 'ListDatasetFiles', body, ...how }).catch((error: unknown) => {
      throw explainedOf(dataset, error)
    })
  for await (const fields of pagesOf(service, ask))
    for (const each of objects(fields.datasetFiles)) files.push(remoteFile(each))
  return files
}
