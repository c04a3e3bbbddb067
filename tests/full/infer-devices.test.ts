import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pixelrow, start } from '../../apps/cli/test/helpers.ts'
import { corners, onnxOf } from '../../packages/classifier/test/model.ts'
import { root } from '../../scripts/workspace.mjs'
import { softwareVulkan } from '../chromium.ts'
import { childrenCalled } from '../processes.ts'

// WebGPU here is onnxruntime's own on a software driver: what happens to a device that fails is real, its speed is not a card's.

const folder = mkdtempSync(join(tmpdir(), 'pixelrow-devices-'))
const cwd = join(root, 'packages/infer-node')
const rows = 1500
afterAll(() => rmSync(folder, { recursive: true, force: true }))

beforeAll(() => {
  const { weight } = corners
  writeFileSync(join(folder, 'model.onnx'), onnxOf(corners))
  // One that says the same classes with other scores, and one that says others.
  writeFileSync(join(folder, 'near.onnx'), onnxOf({ ...corners, weight: weight.map((each) => each * 1.5) }))
  writeFileSync(join(folder, 'other.onnx'), onnxOf({ ...corners, weight: weight.map((_, i) => weight[(i + 1) % 3]!) }))
})

/** Runs a script in a Node of its own, in which WebGPU goes wrong as told; what it prints is JSON. */
function inNode(script: string, env: Record<string, string> = {}) {
  const prelude = `
    import { load } from '@pixelrow/infer-node'
    import { readdirSync, readFileSync } from 'node:fs'
    const [folder] = process.argv.slice(-1)
    const pixels = Uint8Array.from({ length: ${4 * rows} }, (_, i) => (i * 7 + (i >> 5)) % 17)
    const told = ({ attempts, code, message }) => ({ attempts, code, message })
    const workers = () => readdirSync('/proc').filter((pid) => {
      try {
        return /^\\d+ \\(pixelrow-infer\\) \\S (\\d+)/.exec(readFileSync('/proc/' + pid + '/stat', 'utf8'))?.[1] === String(process.pid)
      } catch {}
    })`
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', `${prelude}\n${script}`, folder], {
      cwd,
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH,
        NODE_OPTIONS: `--require ${join(cwd, 'test/fixtures/device.cjs')}`,
        ...softwareVulkan(),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  )
}

interface Told {
  attempts: { device: string; error: string; fix?: string; code: string }[]
  code?: string
  message?: string
}

const onWebgpu = `
  const report = async (options) => {
    const classifier = await load(folder + '/model.onnx', options).catch((error) => error)
    const { device, measured } = classifier
    const found = { device, measured, workers: workers().length, ...told(classifier) }
    await classifier.close?.()
    return { ...found, left: workers().length }
  }`

test('a device that answers as the CPU does is kept, in a process of its own, with what was compared', () => {
  const script = `${onWebgpu}
    console.log(JSON.stringify(await report({ device: 'webgpu' })))`
  const { measured, ...found } = inNode(script)
  expect(found).toEqual({ device: 'webgpu', attempts: [], workers: 1, left: 0 })
  expect(measured).toMatchObject({ device: 'webgpu', batch: 256, rows: 1000, same: 1000, margin: 0 })
  expect(measured.difference).toBeLessThan(1e-5)
  expect(measured.seconds).toBeUndefined()
})

test('a device that answers otherwise is never used silently: alone it is an error, and before another one an attempt, with the numbers', () => {
  const script = `${onWebgpu}
    const found = []
    for (const device of ['webgpu', ['webgpu', 'cpu']]) found.push(await report({ device }))
    console.log(JSON.stringify(found))`
  const [alone, list] = inNode(script, { PIXELROW_TEST_MODEL: join(folder, 'other.onnx') })
  const error = expect.stringMatching(
    /^it gives \d+ of 1000 rows another class than the CPU; expected at most 1 in 1000$/,
  )
  const attempts = [{ device: 'webgpu', error, code: 'wrong' }]
  expect(alone).toMatchObject({ code: 'CLASSIFIER_DEVICE_UNAVAILABLE', attempts, workers: 0 })
  expect(alone.message).toContain("Or take device: 'cpu'.")
  expect(list).toMatchObject({ device: 'cpu', attempts, workers: 0 })

  const [near] = inNode(script, { PIXELROW_TEST_MODEL: join(folder, 'near.onnx') })
  expect(near.attempts[0].error).toMatch(
    /^its scores are up to 0\.\d+ off the CPU's on 1000 rows; expected at most 0\.05$/,
  )
})

test('auto takes no software that plays a card, no device that is slower, and none for a model that is little work', () => {
  // The same driver under another name, as if it were a card's.
  const { LD_LIBRARY_PATH, VK_ICD_FILENAMES } = softwareVulkan()
  const manifest = JSON.parse(readFileSync(VK_ICD_FILENAMES, 'utf8'))
  copyFileSync(join(dirname(VK_ICD_FILENAMES), manifest.ICD.library_path), join(folder, 'libvk_card.so'))
  manifest.ICD.library_path = join(folder, 'libvk_card.so')
  writeFileSync(join(folder, 'card.json'), JSON.stringify(manifest))
  const [side, count] = [128, 32]
  const weight = Float32Array.from({ length: side * side * count }, (_, i) => Math.sin(i * i))
  const classes = Array.from({ length: count }, (_, i) => `class ${i}`)
  writeFileSync(join(folder, 'large.onnx'), onnxOf({ ...corners, height: side, width: side, classes, weight }))
  const script = `
    const classifier = await load(folder + '/' + process.env.MODEL, { threads: 1 })
    console.log(JSON.stringify({ device: classifier.device, ...told(classifier) }))
    await classifier.close()`
  const reasonsOf = (env: Record<string, string>) => {
    const { device, attempts }: Told & { device: string } = inNode(script, { LD_LIBRARY_PATH, ...env })
    expect([device, ...attempts.map((attempt) => attempt.device)]).toEqual(['cpu', 'cuda', 'webgpu'])
    const { error, code } = attempts.at(-1)!
    return `${code}: ${error}`
  }
  expect(reasonsOf({ MODEL: 'large.onnx' })).toBe(
    'missing: SwiftShader is software that plays a graphics card, on the CPU itself',
  )
  const asCard = { VK_ICD_FILENAMES: join(folder, 'card.json'), PIXELROW_TEST_CARD: '1' }
  expect(reasonsOf({ MODEL: 'model.onnx', ...asCard })).toMatch(
    /^untried: not tried: a row takes no more than \d+ products, and devices are tried from 500,000 on$/,
  )
  expect(reasonsOf({ MODEL: 'large.onnx', ...asCard })).toMatch(
    /^slow: it takes \d+ µs a row in runs of 512, the CPU \d+; expected 1\.5 times as fast$/,
  )
})

test('on this thread, too, where that is asked for', () => {
  const script = `${onWebgpu}
    console.log(JSON.stringify(await report({ device: 'webgpu', worker: false, isolate: false })))`
  expect(inNode(script)).toMatchObject({ device: 'webgpu', measured: { rows: 1000, same: 1000 }, workers: 0 })
})

const answers = `
    const onCpu = await load(folder + '/model.onnx', { device: 'cpu' })
    const classifier = await load(folder + '/model.onnx', { device: 'webgpu' })
    const { measured: { rows: compared } } = classifier
    const expected = await onCpu.predict(pixels)
    const same = ({ labels }) => labels.length === expected.labels.length && labels.every((label, row) => label === expected.labels[row])
    const before = [classifier.device, classifier.attempts.length]`

test('a device whose process is killed in the middle of a stream, a table and single images, or while nothing is asked for, goes on as the CPU, and no row is lost', () => {
  const script = `${answers}
    const kill = () => process.kill(Number(workers()[0]), 'SIGKILL')
    async function* pieces() {
      for (let from = 0; from < pixels.length; from += 400) {
        if (from === 2400) kill()
        yield pixels.slice(from, from + 400)
      }
    }
    const streamed = []
    const single = Array.from({ length: 50 }, (_, row) => classifier.classify(pixels.subarray(4 * row, 4 * row + 4)))
    for await (const { labels } of classifier.predictRows(pieces(), { transfer: true })) streamed.push(...labels)
    const singles = (await Promise.all(single)).map(({ index }) => index)
    const after = [classifier.device, told(classifier)]
    const table = await classifier.predict(pixels)
    const list = await classifier.classifyMany(pixels)
    await classifier.close()

    const second = await load(folder + '/model.onnx', { device: 'webgpu' })
    let calls = 0
    const onProgress = () => { if (++calls === 1) kill() }
    const killed = await second.predict(pixels, { onProgress })
    const found = { before, after, streamed: same({ labels: streamed }), table: same(table), list: same({ labels: list.map(({ index }) => index) }),
      single: singles.every((index, row) => index === expected.labels[row]), killed: same(killed), calls, second: second.device }
    await second.close()

    const third = await load(folder + '/model.onnx', { device: 'webgpu' })
    kill()
    while (workers().length > 0) await new Promise((resolve) => setImmediate(resolve))
    const idle = [(await third.classify(pixels.subarray(0, 4))).index === expected.labels[0], third.device]
    await third.close()
    await onCpu.close()
    console.log(JSON.stringify({ ...found, idle, left: workers().length }))`
  const error = 'lost while it was in use: The process of pixelrow-infer ended (SIGKILL).'
  expect(inNode(script)).toEqual({
    before: ['webgpu', 0],
    after: ['cpu', { attempts: [{ device: 'webgpu', error, code: 'lost' }] }],
    streamed: true,
    table: true,
    list: true,
    single: true,
    killed: true,
    calls: Math.ceil(rows / 256),
    second: 'cpu',
    idle: [true, 'cpu'],
    left: 0,
  })
})

test('a run that fails on the device is done on the CPU, and so is all that follows', () => {
  const script = `${answers}
    const first = await classifier.predict(pixels.subarray(0, 4 * 256))
    const between = classifier.device
    const table = await classifier.predict(pixels)
    await classifier.close()
    await onCpu.close()
    console.log(JSON.stringify({ between, table: same(table), device: classifier.device, ...told(classifier), left: workers().length }))`
  // Four runs compare it.
  expect(inNode(script, { PIXELROW_TEST_FAILS: '8' })).toEqual({
    between: 'webgpu',
    table: true,
    device: 'cpu',
    attempts: [{ device: 'webgpu', error: 'lost while it was in use: device is lost', code: 'lost' }],
    left: 0,
  })
})

test('runs on a device have few shapes, whatever is asked for: what a run lacks is filled up, and left out of the answers', () => {
  const script = `${answers}
    await classifier.predict(pixels.subarray(0, 4))
    const table = await classifier.predict(pixels)
    const single = await Promise.all([3, 4, 5].map((row) => classifier.classify(pixels.subarray(4 * row, 4 * row + 4))))
    await classifier.close()
    await onCpu.close()
    console.log(JSON.stringify({ table: same(table), single: single.every(({ index }, i) => index === expected.labels[i + 3]) }))`
  const log = join(folder, 'runs')
  expect(inNode(script, { PIXELROW_TEST_LOG: log })).toEqual({ table: true, single: true })
  const shapes = readFileSync(log, 'utf8').trim().split('\n').map(Number)
  // 1,000 rows that compare it, one, 1,500, and three that share a run.
  expect(shapes).toEqual([...Array<number>(4).fill(256), 1, ...Array<number>(6).fill(256), 16])
})

test('predict says that its device was lost, and writes the same submission', async () => {
  const row = (i: number) => `${i % 17},${(i * 7) % 17},${(i * 3) % 17},0\n`
  const [head, ...lines] = ['pixel0,pixel1,pixel2,pixel3\n', ...Array.from({ length: 5000 }, (_, i) => row(i))]
  const words = ['predict', 'model.onnx', '-', '-o']
  const onCpu = await pixelrow([...words, 'cpu.csv', '--device', 'cpu'], { cwd: folder, input: head + lines.join('') })
  expect(onCpu).toMatchObject({ code: 0, stderr: expect.stringContaining('Device cpu: asked for') })
  const { child, finished, says } = start([...words, 'lost.csv', '--device', 'webgpu'], {
    cwd: folder,
    env: softwareVulkan(),
  })
  await says(/^Device webgpu: asked for; 1,000 of 1,000 rows of noise get the CPU's class$/m)
  child.stdin!.write(head + lines.slice(0, 3000).join(''))
  for (const pid of childrenCalled('pixelrow-infer', child.pid!)) process.kill(pid, 'SIGKILL')
  child.stdin!.end(lines.slice(3000).join(''))
  const { code, stderr } = await finished
  expect(stderr).toMatch(/^Device webgpu: lost while it was in use: .+ The CPU did the rest, and no row is missing$/m)
  expect(code).toBe(0)
  expect(readFileSync(join(folder, 'lost.csv'), 'utf8')).toBe(readFileSync(join(folder, 'cpu.csv'), 'utf8'))
})
