import type { Build, Builds, BuildUrls, Runtime } from './builds.ts'

/** The builds at these URLs. */
export const buildsAt = (urls: BuildUrls): Builds => ({
  load: (build) => import(/* webpackIgnore: true */ /* @vite-ignore */ urls[build]!) as Promise<Runtime>,
})

/** Why no build with WebGPU is there; empty where there is one. */
export const withoutGpu: string = ''

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
