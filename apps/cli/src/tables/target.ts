import { join } from 'node:path'
import { isPictureName } from '../../../../common/pictures.ts'
import type { Context } from '../context.ts'
import type { PictureOptions } from '../line/flags/reading.ts'
import { isTestName, type SampleFile, sampleBeside, sampleIn, sampleInZip } from '../submission/sample.ts'
import { standardInput, tableAt } from './argument.ts'
import { isFolder, isZipName, kindOf, namesInZip } from './kind.ts'
import type { Place } from './place.ts'
import { isCsvName, namesIn, partNamed, tablesAmong } from './source.ts'

/** What is to be predicted, with the sample of a submission that belongs to it. */
export interface Target {
  place: Place
  sample?: SampleFile | undefined
}

/** The test table that a path means: itself, or the one in a competition's folder or zip; with the sample beside or in it. */
export async function targetOf(context: Context, path: string, flags: PictureOptions): Promise<Target> {
  if (path === standardInput) return { place: tableAt(path, 'pixelrow predict model.onnx - < test.csv') }
  if (await isFolder(path)) return inFolder(context, path, flags)
  // The sample beside a picture is for other rows.
  if (isPictureName(path)) return { place: { path } }
  return isZipName(path) ? inZip(context, path, flags) : { place: { path }, sample: await sampleBeside(context, path) }
}

async function inFolder(context: Context, path: string, flags: PictureOptions): Promise<Target> {
  const { files, folders } = await namesIn(path)
  if (hasTest(folders, flags)) return { place: { path }, sample: await sampleIn(context, path) }
  const table = testAmong(files)
  if (table !== undefined) return { place: { path: join(path, table) }, sample: await sampleIn(context, path) }
  return { place: { path }, sample: await sampleBeside(context, path) }
}

async function inZip(context: Context, path: string, flags: PictureOptions): Promise<Target> {
  const names = await namesInZip(path)
  const isPictures = (await kindOf(path)) === 'pictures'
  const member = isPictures ? undefined : testAmong(names.filter(isCsvName))
  const isTest = isPictures
    ? hasTest(
        names.flatMap((name) => name.split('/').slice(0, -1)),
        flags,
      )
    : member && isMeant(flags)
  if (!isTest) return { place: { path } }
  return { place: { path, ...(member !== undefined && { member }) }, sample: await sampleInZip(context, path) }
}

/** The test table among the names of files, where there is one data set. */
function testAmong(names: readonly string[]): string | undefined {
  const [first, second] = tablesAmong(names).filter(({ test }) => test !== undefined)
  return first && (!second || isTestName(first.test!)) ? first.test : undefined
}

/** Whether a folder of test pictures is among the names, and meant. */
const hasTest = (names: readonly string[], flags: PictureOptions): boolean =>
  isMeant(flags) && names.some((name) => partNamed(name) === 'test')

/** Whether the test part is what the flags want. */
const isMeant = ({ part }: PictureOptions): boolean => part === undefined || part === 'test'
