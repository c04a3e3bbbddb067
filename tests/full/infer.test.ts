import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toOnnx } from '@pixelrow/export'
import { cnn } from '@pixelrow/model'
import { adam, fit } from '@pixelrow/train'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from '../../scripts/workspace.mjs'
import { softwareVulkan } from '../chromium.ts'
import { digits } from '../digits.ts'

const folder = mkdtempSync(join(tmpdir(), 'pixelrow-infer-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

beforeAll(async () => {
  const table = digits('train', 3000)
  const { model } = await fit(cnn(table, { filters: [8, 16] }), table, {
    epochs: 2,
    batchSize: 64,
    learningRate: 0.003,
    optimizer: adam(),
    validation: 0,
  })
  writeFileSync(join(folder, 'model.onnx'), toOnnx(model))
  writeFileSync(join(folder, 'pixels'), digits('t10k', 1000).pixels)
})

/** Runs a script in a Node of its own; what it prints is JSON. */
function inNode<T>(script: string, env: Record<string, string>): T {
  const args = [
    '--input-type=module',
    '-e',
    `import { load } from '@pixelrow/infer-node'\nimport { readFileSync } from 'node:fs'\n${script}`,
    folder,
  ]
  // Inside the package, its own name resolves to its build.
  const options = {
    cwd: join(root, 'packages/infer-node'),
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...env },
  } as const
  return JSON.parse(execFileSync(process.execPath, args, options))
}

const classify = (device: string, worker: boolean) => `
  const folder = process.argv[1]
  const classifier = await load(folder + '/model.onnx', { device: '${device}', worker: ${worker} })
  const { labels } = await classifier.predict(readFileSync(folder + '/pixels'))
  console.log(JSON.stringify({ device: classifier.device, labels: [...labels] }))
  await classifier.close()`

test('WebGPU, on a software driver, gives the CPU’s classes on 1,000 digits', () => {
  type Found = { device: string; labels: number[] }
  const cpu = inNode<Found>(classify('cpu', true), {})
  const truth = digits('t10k', 1000).labels
  expect(cpu.labels.filter((label, row) => label === truth[row]).length).toBeGreaterThan(850)
  expect(inNode<Found>(classify('webgpu', true), softwareVulkan())).toEqual({ ...cpu, device: 'webgpu' })
})

/** Notes each name that is looked up and each address that is connected to, by native code too. */
const watcher = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
static void note(const char *what, const char *name) {
  int file = open(getenv("WATCH_LOG"), O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (file >= 0) { dprintf(file, "%s %s\\n", what, name ? name : ""); close(file); }
}
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
  note("getaddrinfo", node);
  int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **) = dlsym(RTLD_NEXT, "getaddrinfo");
  return real(node, service, hints, found);
}
int connect(int socket, const struct sockaddr *address, socklen_t size) {
  if (address->sa_family == AF_INET || address->sa_family == AF_INET6) note("connect", "");
  int (*real)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "connect");
  return real(socket, address, size);
}`

test('during a classification no telemetry file is written and no name is looked up, in the worker and inline', () => {
  writeFileSync(join(folder, 'watch.c'), watcher)
  execFileSync('cc', ['-shared', '-fPIC', '-o', join(folder, 'watch.so'), join(folder, 'watch.c'), '-ldl'])
  const logOf = (script: string, name: string, env: Record<string, string> = {}) => {
    const home = mkdtempSync(join(folder, 'home-'))
    const log = join(folder, name)
    writeFileSync(log, '')
    inNode(script, {
      HOME: home,
      TMPDIR: home,
      XDG_CACHE_HOME: home,
      LD_PRELOAD: join(folder, 'watch.so'),
      WATCH_LOG: log,
      ...env,
    })
    return { log: readFileSync(log, 'utf8'), files: readdirSync(home, { recursive: true }) }
  }
  // onnxruntime waits some seconds before it reports.
  const waiting = (worker: boolean) =>
    `${classify('cpu', worker)}\nawait new Promise((resolve) => setTimeout(resolve, 25_000))`
  for (const worker of [true, false]) expect(logOf(waiting(worker), `watch-${worker}`)).toEqual({ log: '', files: [] })
  // The watch sees what there is to see: a look-up by Node itself, and the files that usage reports leave.
  const lookup = `import { lookup } from 'node:dns/promises'\nawait lookup('localhost')\nconsole.log('{}')`
  expect(logOf(lookup, 'watch-lookup').log).toContain('getaddrinfo localhost')
  expect(logOf(classify('cpu', false), 'watch-on', { ORT_DISABLE_TELEMETRY: '0' }).files.length).toBeGreaterThan(0)
})

test('beside a real older onnxruntime-node, load names both versions, and isolate: true classifies', () => {
  const app = join(folder, 'app')
  mkdirSync(app)
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--prefix', app]
  execFileSync('npm', [...install, 'onnxruntime-node@1.20.1'], { stdio: ['ignore', 'pipe', 'pipe'] })
  const script = `
    import { createRequire } from 'node:module'
    const older = createRequire(${JSON.stringify(join(app, 'x.js'))})('onnxruntime-node')
    await older.InferenceSession.create(${JSON.stringify(join(folder, 'model.onnx'))})
    const pixels = readFileSync(${JSON.stringify(join(folder, 'pixels'))})
    const outcome = (options) =>
      load(${JSON.stringify(join(folder, 'model.onnx'))}, options).then(
        async (classifier) => (await classifier.predict(pixels)).labels.length,
        ({ code, params }) => ({ code, loaded: params.loaded.map(({ version }) => version) }),
      )
    console.log(JSON.stringify([await outcome({}), await outcome({ worker: false }), await outcome({ isolate: true })]))
    process.exit()`
  const refusal = { code: 'CLASSIFIER_RUNTIME_CONFLICT', loaded: ['1.20.1'] }
  expect(inNode(script, {})).toEqual([refusal, refusal, 1000])
})
