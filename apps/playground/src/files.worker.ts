import { DataError, type PixelTable, readTable } from '@pixelrow/data'
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
  const { shape, maxValue } = takes
  return readTable(file, { name: file.name, shape, maxValue })
}

async function prepared({ file, takes }: Job): Promise<Prepared> {
  const image = await decodeFile(new Uint8Array(await file.arrayBuffer()), await openDecoder())
  if (typeof image === 'string') throw new Error(`${file.name}: expected a PNG, JPEG or WebP picture, found ${image}.`)
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

/** What an error says to somebody who has no program: advice on what to pass to a function is left out. */
function sentence(error: unknown): string {
  if (!isA(error, 'Error')) return String(error)
  const advice = error instanceof DataError ? error.advice : undefined
  if (!advice || !/\bpass\b/i.test(advice) || !error.message.endsWith(advice)) return error.message
  return error.message.slice(0, -advice.length).trim()
}
