/** onnxruntime-web's exports, the same in all of its builds. */
export type Runtime = typeof import('onnxruntime-web/wasm')

/** The builds that are used: without WebGPU, with it where WebAssembly can wait for promises (JSPI), and with it everywhere else. */
export type Build = 'wasm' | 'jspi' | 'webgpu'

/** How a page or a worker comes by onnxruntime-web. */
export interface Builds {
  /** Loads a build: one JavaScript file. */
  load(build: Build): Promise<Runtime>
  /** What the threads of a build run. Left out where its own file is a whole one, which imports nothing of the page. */
  threadFiles?(build: Build): Promise<ThreadFiles | 'own' | 'missing'>
}

/** What the threads of a build run, and the `.wasm` file that belongs to it. */
export interface ThreadFiles {
  mjs: string
  wasm: string
}

/** Where a page without a bundler found the builds: a worker has no import map. */
export type BuildUrls = Partial<Record<Build, string>>

/** The builds at these URLs. */
export const buildsAt = (urls: BuildUrls): Builds => ({
  load: (build) => import(/* webpackIgnore: true */ /* @vite-ignore */ urls[build]!) as Promise<Runtime>,
})

/** The builds as a bundler or an import map gives them. The imports must stay dynamic: a page fetches one of the three. */
export const importedBuilds: Builds = {
  load: (build) => imports[build](),
  threadFiles: async (build) => (await import('./lazy/threads.ts')).threadFiles(build),
}

const imports: Record<Build, () => Promise<Runtime>> = {
  wasm: () => import('onnxruntime-web/wasm'),
  jspi: () => import('onnxruntime-web/jspi'),
  webgpu: () => import('onnxruntime-web/webgpu'),
}
