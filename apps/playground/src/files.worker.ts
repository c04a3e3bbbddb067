import { DataError, type DataErrorCode, type PixelTable, readTable } from '@pixelrow/data'
import { decodeFile, openDecoder, type RgbaImage } from '@pixelrow/pixels'
import { isA } from '../../../common/kinds.ts'
import { seen } from './seen.ts'
import type { Answer, Job, Prepared } from './work.ts'

/** Longest side of a picture as it is shown. */
const previewSide = 800

addEventListener('message', async ({ data: job }: MessageEvent<Job>) => {
  try {
    if (job.kind === 'table') {
      const table = await read(job)
      reply({ result: table }, [table.pixels.buffer])
    } else {
      const picture = await prepared(job)
      reply({ result: picture }, [picture.preview, picture.pixels.buffer])
    }
  } catch (error) {
    reply({ error: sentence(error) })
  }
})

const reply = (answer: Answer, transfer: Transferable[] = []) => postMessage(answer, { transfer })

function read({ file, takes }: Job): Promise<PixelTable> {
  const { shape, maxValue, dataType } = takes
  return readTable(file, { name: file.name, shape, ...(dataType ? { dataType } : { maxValue }) })
}

async function prepared({ file, takes }: Job): Promise<Prepared> {
  const image = await decodeFile(new Uint8Array(await file.arrayBuffer()), await openDecoder())
  if (typeof image === 'string')
    throw new Error(`${file.name}: expected a PNG, JPEG, WebP, GIF or BMP picture, found ${image}.`)
  return { preview: await preview(image), pixels: seen(image, takes) }
}

function preview({ data, width, height }: RgbaImage): Promise<ImageBitmap> {
  const scale = Math.min(1, previewSide / Math.max(width, height))
  return createImageBitmap(new ImageData(new Uint8ClampedArray(data), width, height), {
    resizeWidth: Math.max(1, Math.round(width * scale)),
    resizeHeight: Math.max(1, Math.round(height * scale)),
    resizeQuality: 'high',
  })
}

/** Errors of which the advice is on what to pass to a function. */
const forPrograms: ReadonlySet<DataErrorCode> = new Set<DataErrorCode>([
  'DATA_ARRAY_DIMENSIONS',
  'DATA_CLASSES_MANY',
  'DATA_COLUMN_DUPLICATE',
  'DATA_COLUMN_UNKNOWN',
  'DATA_HEADER_UNCLEAR',
  'DATA_LABEL_UNCLEAR',
  'DATA_PIXEL_NAMES',
  'DATA_SHAPE_OTHER',
])

/** What a pixel seems to be, where an option would say so. */
const pixelKinds: readonly unknown[] = ['fraction', 'white', 'header']

/** What an error says to somebody who has no program. */
function sentence(error: unknown): string {
  if (!isA(error, 'Error')) return String(error)
  if (!(error instanceof DataError)) return error.message
  const isForPrograms = forPrograms.has(error.code) || pixelKinds.includes(error.params.kind)
  return isForPrograms ? error.sentence : error.message
}
