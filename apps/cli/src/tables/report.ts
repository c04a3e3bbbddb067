import type { ColumnLayout, Decision, ReadOptions } from '@pixelrow/data'
import { type Sum, summing, sumOf } from '../files/sums.ts'
import { isUrl } from '../line/paste.ts'
import { standardInput } from './argument.ts'
import type { Kind } from './kind.ts'
import { nameOf, type Place } from './place.ts'

/** How a table was read, and what its files were. */
export interface Report extends Partial<Sum> {
  place: Place
  kind: Kind
  /** Of a folder: how many files of it were read. */
  files?: number
  /** The labels of IDX images. */
  labels?: Sum & { path: string }
  layout?: ColumnLayout
  /** What was taken for granted. */
  noted: string[]
}

/** Follows a reading. */
export interface Following {
  options: Pick<ReadOptions, 'onLayout' | 'onBytes' | 'onNote'>
  /** What there is to report when it is done; `labels` is the path of the labels. */
  report(labels?: string): Promise<Report>
}

/** Begins to follow the reading of a table; files are added up while they are read, unless their sum is known. */
export function following(place: Place, kind: Kind, onNote: NonNullable<ReadOptions['onNote']>): Following {
  const sums = summing({ whole: kind === 'pictures' })
  const noted: string[] = []
  let layout: ColumnLayout | undefined
  const isPacked = kind === 'zip' || kind === 'npz' || (kind === 'pictures' && /\.zip$/i.test(place.path))
  const own = place.sum ?? undefined
  return {
    options: {
      onNote(note, decision: Decision) {
        noted.push(decision.text)
        onNote(note, decision)
      },
      onLayout: (told) => {
        layout = told
      },
      ...(!own && !isPacked && { onBytes: sums.onBytes }),
    },
    async report(labels) {
      const found =
        own ?? (isPacked ? await packed(place) : kind === 'pictures' ? sums.ofAll() : sums.of(nameIn(place)))
      const beside = labels === undefined ? undefined : kind === 'pictures' ? await listOf(labels) : sums.of(labels)
      return {
        place,
        kind,
        noted,
        ...found,
        ...(layout && { layout }),
        ...(beside && { labels: { path: labels!, ...beside } }),
      }
    },
  }
}

/** The table of the labels of pictures, which may lie in the zip with them. */
const listOf = (path: string): Promise<Sum | undefined> => sumOf(path).catch(() => undefined)

/** Of a zip only parts are read, so it is read once more; it may also come from a server. */
const packed = async ({ path }: Place): Promise<Sum | undefined> => (isUrl(path) ? undefined : sumOf(path))

/** What the reader calls it. */
const nameIn = (place: Place): string => (place.path === standardInput ? nameOf(place) : place.path)

/** Whether a table is another one than it was, as far as both sums are known. */
export function isOther(then: Partial<Sum> | undefined, now: Partial<Sum> | undefined): boolean {
  return then?.sha256 !== undefined && now?.sha256 !== undefined && then.sha256 !== now.sha256
}

/** Keeps the report of a reading under a name. */
export function into<Name extends string>(reports: Partial<Record<Name, Report | undefined>>, name: Name) {
  return {
    onReport: (report: Report) => {
      reports[name] = report
    },
  }
}
