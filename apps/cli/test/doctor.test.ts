import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DeviceReport, ToolFound } from '@pixelrow/devices'
import { cached } from '@pixelrow/files'
import { beforeAll, expect, test } from 'vitest'
import { type Finished, pixelrow, workFolder } from './helpers.ts'

/** What `--json` prints. */
interface Diagnosis {
  versions: Record<string, string>
  commit: string | null
  devices: DeviceReport[]
  tfjs: { gpu: boolean | null; reason?: string } | null
  tools: ToolFound[]
}

/** An environment in which no tool, no library and no set-up is found. */
function bare(cwd = workFolder()) {
  const nothing = { LD_LIBRARY_PATH: '', VK_ICD_FILENAMES: join(cwd, 'none.json'), VIRTUAL_ENV: '', CONDA_PREFIX: '' }
  return { cwd, env: { ...nothing, PATH: cwd, CXX: '', PYTHON: '', PIXELROW_CACHE: join(cwd, 'cache') } }
}

let text: Finished
let json: Finished

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pixelrow-doctor-'))
  const surroundings = bare(folder)
  text = await pixelrow(['doctor'], surroundings)
  json = await pixelrow(['doctor', '--json'], surroundings)
  rmSync(folder, { recursive: true, force: true })
})

test('it ends with 0, GPU or not, and speaks on standard output alone', () => {
  expect({ ...text, stdout: '' }).toEqual({ code: 0, signal: null, stdout: '', stderr: '' })
  expect({ ...json, stdout: '' }).toEqual({ code: 0, signal: null, stdout: '', stderr: '' })
})

test('every device has a line, with the reason and what mends it', () => {
  const { devices } = JSON.parse(json.stdout) as Diagnosis
  expect(devices.map(({ device }) => device)).toEqual(['cuda', 'webgpu', 'cpu'])
  for (const { device, works, reason, fix, findings } of devices) {
    const line = text.stdout.split('\n').find((each) => each.startsWith(`${device} `))
    expect(line).toContain(works ? 'works: ' : `does not work: ${reason}`)
    if (!works) expect(text.stdout).toContain(`          ${fix}\n`)
    for (const finding of findings.filter(({ ok }) => !ok))
      expect(finding).toMatchObject({ reason: expect.any(String), fix: expect.any(String) })
  }
  expect(devices[2]).toMatchObject({ works: true, trial: { convolves: true } })
})

test('versions of Node, of the packages and of onnxruntime with its commit are told', () => {
  const { versions, commit } = JSON.parse(json.stdout) as Diagnosis
  expect(versions).toMatchObject({ node: process.versions.node, pixelrow: expect.any(String) })
  expect(versions).toHaveProperty(['@pixelrow/devices'])
  expect(commit).toMatch(/^[0-9a-f]{9,40}$/)
  expect(text.stdout.split('\n')[0]).toBe(
    `pixelrow ${versions.pixelrow}, Node ${versions.node}, ${process.platform} on ${process.arch}, onnxruntime-node ${versions['onnxruntime-node']}, built from ${commit}`,
  )
})

test('our own commands are printed in the words that start this program', () => {
  const { devices } = JSON.parse(json.stdout) as Diagnosis
  const fixes = devices.flatMap(({ findings }) => findings.flatMap(({ fix }) => fix ?? []))
  const own = fixes.filter((fix) => /\bsetup cuda$/.test(fix))
  for (const fix of own) expect(fix).toMatch(/^node .*pixelrow\.js setup cuda$/)
  expect(fixes.filter((fix) => fix.startsWith('pixelrow '))).toEqual([])
})

test('what the set-ups need is told as found, or with how to get it', () => {
  const { tools, tfjs } = JSON.parse(json.stdout) as Diagnosis
  expect(tfjs).toBeNull()
  expect(tools.map(({ tool }) => tool)).toEqual(['python', 'compiler', 'npm'])
  for (const tool of tools) expect(tool).toMatchObject({ reason: expect.any(String), fix: expect.any(String) })
  expect(text.stdout).toContain("\npython    Python's pip is needed")
})

test('a tfjs-node that was set up and does not load is told with its reason', async () => {
  const { cwd, env } = bare()
  const key = `tfjs/${process.platform}-${process.arch}/cpu-2.21.0`
  await cached(
    key,
    async (partial) => {
      const place = join(partial, 'node_modules/@tensorflow/tfjs-node/dist')
      mkdirSync(place, { recursive: true })
      writeFileSync(join(place, 'index.js'), "throw new Error('wrong ELF class')")
    },
    { folder: env.PIXELROW_CACHE },
  )
  const told = await pixelrow(['doctor', '--json'], { cwd, env })
  expect(told.code).toBe(0)
  const { tfjs } = JSON.parse(told.stdout) as Diagnosis
  expect(tfjs).toMatchObject({ gpu: null, reason: expect.stringContaining('wrong ELF class') })
})

test('it takes no argument', async () => {
  const { code, stderr } = await pixelrow(['doctor', 'cuda'])
  expect(code).toBe(2)
  expect(stderr).toContain('doctor')
})

test('colours come with FORCE_COLOR and go with NO_COLOR', async () => {
  const color = '\u001b['
  expect(text.stdout).not.toContain(color)
  const { cwd, env } = bare()
  expect((await pixelrow(['doctor'], { cwd, env: { ...env, FORCE_COLOR: '1' } })).stdout).toContain(`${color}1mcuda`)
  expect((await pixelrow(['doctor'], { cwd, env: { ...env, FORCE_COLOR: '1', NO_COLOR: '1' } })).stdout).not.toContain(
    escape,
  )
})
