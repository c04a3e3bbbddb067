// The worker's side.
import { ClassifierError, type ClassifierErrorParts, pixelsOf } from '@pixelrow/classifier'
import { isA } from '../../../../common/kinds.ts'
import type { Builds, BuildUrls } from '../builds.ts'
import { openHere } from '../here.ts'
import { openPicture } from '../lazy/picture.ts'
import type { Progress } from '../options.ts'
import type { Answer, Call, Calls, Described, OpenJob, Refusal } from '../protocol.ts'
import type { Opened } from '../session.ts'

/** How a worker comes by onnxruntime-web; without a bundler, by where the page found it. */
export type ChooseBuilds = (urls: BuildUrls) => Builds

/** Answers the page. Not in the threads of onnxruntime-web: a bundler may have put its code into this file, which its threads then run again. */
export function serve(buildsFor: ChooseBuilds): void {
  if ((globalThis as { name?: string }).name?.startsWith('em-pthread')) return
  let opened: Opened | undefined
  const methods: { [Method in keyof Calls]: (job: Calls[Method]) => Promise<[unknown, Transferable[]?]> } = {
    async open(job) {
      opened = await openJob(job, buildsFor)
      const { name, runner, place } = opened
      return [{ name, model: runner.model, ...placeOf({ place }) } satisfies Described]
    },
    async run({ pixels, rows }) {
      const { labels, probabilities } = await opened!.runner.run(pixels, rows)
      return [{ labels, probabilities }, [labels.buffer, probabilities.buffer]]
    },
    async prepare({ picture, how }) {
      const { name, runner } = opened!
      const pixels = await pixelsOf(runner.model, { open: openPicture }, name)(picture, how && { prepare: how })
      if (picture instanceof ImageBitmap) picture.close()
      return [pixels, [pixels.buffer as ArrayBuffer]]
    },
    async release() {
      await opened?.runner.release()
      return [undefined]
    },
  }
  addEventListener('message', async ({ data }: MessageEvent<Call>) => {
    const { id, method, job } = data
    try {
      const [value, transfer = []] = await methods[method](job as never)
      answer({ id, value, ...(opened && { place: placeOf(opened) }) }, transfer)
    } catch (error) {
      answer({ id, refused: refusal(error) })
    }
  })
}

function openJob({ source, plan, options, tellsProgress, builds }: OpenJob, buildsFor: ChooseBuilds): Promise<Opened> {
  const onProgress = (progress: Progress) => globalThis.postMessage({ progress })
  const all = { ...options, ...(tellsProgress && { onProgress }) }
  return openHere({ source, plan, options: all, builds: buildsFor(builds) })
}

const placeOf = ({ place: { device, attempts } }: Pick<Opened, 'place'>) => ({ device, attempts })

function answer(message: Answer, transfer: Transferable[] = []): void {
  globalThis.postMessage(message, { transfer })
}

function refusal(error: unknown): Refusal {
  const message = isA(error, 'Error') ? error.message : String(error)
  const { attempts, code, params, offset }: Partial<ClassifierErrorParts> =
    error instanceof ClassifierError ? error : {}
  return { message, attempts, code, params, offset }
}
