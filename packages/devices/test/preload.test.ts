import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runtimeAt } from '@pixelrow/devices'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { providerFiles, writeFiles, writeRuntime } from './runtimes.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pixelrow-preload-'))
})

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

/** Any library of which it can be seen whether it is loaded: onnxruntime's own. */
const real = runtimeAt(createRequire(join(import.meta.dirname, '../../train/src')).resolve('onnxruntime-node')).library

const module = (name: string) => pathToFileURL(createRequire(import.meta.url).resolve(name)).href
const door = module('@pixelrow/devices/preload')

/** What a process of its own prints. */
const inNode = (script: string, env: NodeJS.ProcessEnv = {}): unknown =>
  JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      env: { ...process.env, ...env },
      encoding: 'utf8',
    }),
  )

const isMapped = `readFileSync('/proc/self/maps', 'utf8').includes(${JSON.stringify(real)})`

describe("a library that is found outside of the loader's folders", () => {
  test('is loaded, and stays, in a process and in a worker of it; what cannot be is told', () => {
    const text = join(folder, 'text.so')
    writeFileSync(text, 'no library')
    const inWorker = `
      const { readFileSync } = require('node:fs')
      const { parentPort, workerData } = require('node:worker_threads')
      import(workerData.door).then(({ preloadLibraries }) => {
        const failed = preloadLibraries(workerData.paths)
        parentPort.postMessage([${isMapped}, failed])
      })`
    const script = (paths: string[]) => `
      import { readFileSync } from 'node:fs'
      import { once } from 'node:events'
      import { Worker } from 'node:worker_threads'
      import { preloadLibraries } from ${JSON.stringify(door)}
      const [before, data] = [${isMapped}, { door: ${JSON.stringify(door)}, paths: ${JSON.stringify(paths)} }]
      const worker = new Worker(${JSON.stringify(inWorker)}, { eval: true, execArgv: [], workerData: data })
      const [[mapped, failed]] = await once(worker, 'message')
      await worker.terminate()
      console.log(JSON.stringify([before, mapped, failed, ${isMapped}, preloadLibraries(data.paths)]))`
    expect(inNode(script([real]))).toEqual([false, true, [], true, []])
    const failure = [{ path: text, reason: expect.stringContaining('text.so') }]
    expect(inNode(script([text]))).toEqual([false, false, failure, false, failure])
  })

  test('is found for the provider beside a runtime', () => {
    const { entry, binaries } = writeRuntime(folder)
    const script = `
      import { readFileSync } from 'node:fs'
      import { librariesFor, preloadFor } from ${JSON.stringify(door)}
      const options = { runtime: ${JSON.stringify(entry)}, cache: ${JSON.stringify(join(folder, 'cache'))} }
      const [paths, failed] = [librariesFor('cuda', options), preloadFor('cuda', options)]
      console.log(JSON.stringify([paths, failed, ${isMapped}]))`
    const packages = join(folder, 'site')
    const library = join(packages, 'nvidia/cu13/lib/libcudart.so.13')
    writeFiles(packages, { 'nvidia/cu13/lib/README': '' })
    symlinkSync(real, library)
    const env = { PYTHONPATH: packages, VIRTUAL_ENV: '', CONDA_PREFIX: '', LD_LIBRARY_PATH: '' }
    // Without a provider there is no session to load anything for.
    expect(inNode(script, env)).toEqual([[], [], false])
    writeFiles(binaries, providerFiles({ needed: ['libcudart.so.13'] }))
    expect(inNode(script, env)).toEqual([[library], [], true])
  })

  test('and the Vulkan loader, where a folder of conda has it, is led to for WebGPU', () => {
    const library = join(folder, 'lib/libvulkan.so.1')
    writeFiles(folder, { 'lib/README': '' })
    symlinkSync(real, library)
    const { entry } = writeRuntime(folder)
    const script = `
      import { findVulkanLoader } from ${JSON.stringify(module('@pixelrow/devices'))}
      import { librariesFor } from ${JSON.stringify(door)}
      console.log(JSON.stringify([findVulkanLoader(), librariesFor('webgpu', { runtime: ${JSON.stringify(entry)} })]))`
    const [found, led] = inNode(script, { CONDA_PREFIX: folder }) as [{ by: string }, string[]]
    // A machine with a loader of its own needs no help.
    expect(led).toEqual(found.by === 'loader' ? [] : [library])
  })
})
