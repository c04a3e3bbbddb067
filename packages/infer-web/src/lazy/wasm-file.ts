// onnxruntime-web asks for its `.wasm` file once a page, and where it hears of a failure it never starts. So it hears of none: its request stays open
// until a later call has the file.
import type { InferenceSession } from 'onnxruntime-web/wasm'
import type { Build, Runtime } from '../builds.ts'
import type { LoadOptions } from '../options.ts'
import type { WasmKeeper } from './cache.ts'

/** The `.wasm` file cannot be had now. The next call asks again. */
export class WasmFileError extends Error {}

/** Makes a session with what makes one; where that starts onnxruntime-web, `onKept` is told that its file need not be fetched. */
type Start = (begin: () => Promise<InferenceSession>, onKept?: () => void) => Promise<InferenceSession>

const starts = new WeakMap<Runtime, ReturnType<typeof starter>>()

/**
 * Makes what makes sessions: it throws what onnxruntime-web throws, and a `WasmFileError`, after which the next call may do better. The file is kept and told of as the
 * options say.
 */
export async function starting(runtime: Runtime, build: Build, { cache, onProgress }: LoadOptions): Promise<Start> {
  const isHeard = cache || onProgress
  const keeper = isHeard && (await (await import('./cache.ts')).wasmKeeper(runtime, build, { cache, onProgress }))
  const start = starts.get(runtime) ?? starter(runtime, build)
  starts.set(runtime, start)
  return (begin, onKept) => start(begin, { keeper: keeper || undefined, onKept })
}

/** What one call wants to know of the file. */
interface Told {
  keeper: WasmKeeper | undefined
  onKept: (() => void) | undefined
}

function starter({ env }: Runtime, build: Build) {
  let isOver = false
  /** The calls that wait for the file, and what ends them. */
  let waiting = 0
  let failed: Promise<never>
  let fail: (error: unknown) => void
  let { keeper, onKept }: Partial<Told> = {}
  let stop: () => void
  let requests = 0
  /** Answers the request that is open. */
  let answer: (() => Promise<void>) | undefined
  /** The file as it came, to be kept if it proves to be one. */
  let copy: Promise<Uint8Array | undefined> | undefined

  /** It asks a second time where it can do nothing with the first answer. */
  async function file(isFirst: boolean, fetchIt: typeof fetch, url: string, init: RequestInit): Promise<Response> {
    const kept = isFirst ? await keeper?.get() : await keeper?.drop()
    if (kept) {
      onKept?.()
      return wasm(kept)
    }
    const response = await fetchIt(url, isFirst ? init : { ...init, cache: 'reload' })
    if (!response.ok) throw new Error(`the server answers ${response.status}`)
    if (isFirst) {
      copy = keeper?.read(response.clone())
      return response.headers.get('content-type') === wasmType ? response : wasm(response.body)
    }
    const bytes = new Uint8Array(await response.arrayBuffer())
    if (!WebAssembly.validate(bytes)) throw new Error(`what the server answers is no WebAssembly`)
    copy = Promise.resolve(bytes)
    return wasm(bytes)
  }

  /** Only onnxruntime-web's own code knows where a bundler has put its file, so what it fetches is listened to. */
  function listen(): () => void {
    const before = globalThis.fetch
    let listening = true
    const through: typeof fetch = (input, init) => {
      if (!listening || !asksForFile(input, init, build, env.wasm.wasmPaths)) return before(input, init)
      const isFirst = ++requests === 1
      return new Promise((resolve) => {
        answer = async () => {
          try {
            resolve(await file(isFirst, before, String(input), init!))
            answer = undefined
          } catch (cause) {
            fail(
              new WasmFileError(`fetching of the wasm file failed: ${String(input)}: ${messageOf(cause)}`, { cause }),
            )
          }
        }
        void answer()
      })
    }
    globalThis.fetch = through
    return () => {
      listening = false
      // Where somebody else has put theirs over it meanwhile, it stays and does nothing.
      if (globalThis.fetch === through) globalThis.fetch = before
    }
  }

  return async (begin: () => Promise<InferenceSession>, told: Told): Promise<InferenceSession> => {
    if (isOver) return begin()
    if (waiting++ === 0) {
      ;({ keeper, onKept } = told)
      failed = new Promise((_, reject) => {
        fail = reject
      })
      failed.catch(() => {})
      stop = listen()
      void answer?.()
    }
    const session = begin()
    try {
      const made = await Promise.race([session, failed!])
      isOver = true
      const bytes = await copy
      copy = undefined
      if (bytes) await keeper?.put(bytes)
      return made
    } catch (error) {
      // A later call lets this one go on, for nobody.
      session.then(
        (late) => late.release(),
        () => {},
      )
      throw error
    } finally {
      if (--waiting === 0) stop!()
    }
  }
}

/** Whether a request is that of onnxruntime-web for its file: it has no other options than these. */
function asksForFile(
  input: RequestInfo | URL,
  init: RequestInit | undefined,
  build: Build,
  paths: Runtime['env']['wasm']['wasmPaths'],
): boolean {
  if (typeof input !== 'string' || init?.credentials !== 'same-origin') return false
  if (typeof paths === 'object' && input === String(paths.wasm)) return true
  const name = /[^/]*\.wasm$/.exec(input.replace(/[?#].*/s, ''))?.[0]
  if (!name?.startsWith('ort-wasm')) return name !== undefined
  return build === (name.includes('.jspi') ? 'jspi' : name.includes('.asyncify') ? 'webgpu' : 'wasm')
}

const wasmType = 'application/wasm'

/** The answer that onnxruntime-web compiles while it comes. */
const wasm = (body: Response['body'] | Uint8Array) =>
  new Response(body as Uint8Array<ArrayBuffer>, { headers: { 'content-type': wasmType } })

const messageOf = (error: unknown): string => String((error as Partial<Error> | undefined)?.message ?? error)
