import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Architecture, mlp } from '@pixelrow/model'
import { chooseDevice, type Device, type DeviceMove, type Engine, engines, fit } from '@pixelrow/train'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { start, workFolder, writeData } from '../../apps/cli/test/helpers.ts'
import { quarters } from '../../packages/train/test/quarters.ts'
import { softwareVulkan } from '../chromium.ts'

// WebGPU as it is, on a processor that plays a graphics card.
const folder = mkdtempSync(join(tmpdir(), 'pixelrow-devices-'))
beforeAll(() => {
  for (const [name, value] of Object.entries({ ...softwareVulkan(), PIXELROW_CACHE: folder })) vi.stubEnv(name, value)
})
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const table = quarters(640)
const net: Architecture = mlp(table, { hidden: [64] })
const large = { batchSize: 16, steps: 200_000_000 }

test('software is never a choice of ours, and says so', async () => {
  const { device, attempts } = await chooseDevice(net, table, large)
  expect(device).toBe('cpu')
  expect(attempts).toContainEqual({
    device: 'webgpu',
    error: expect.stringMatching(/^its adapter, SwiftShader.*, is software, slower than the CPU itself$/),
  })
}, 120_000)

/** The same that passes for hardware. */
const asHardware: Engine = {
  ...engines.onnxruntime,
  async devices(names) {
    const adapter = { name: 'a card', type: 'hardware' as const }
    return (await engines.onnxruntime.devices(names)).map(
      (each): Device => (each.name === 'webgpu' ? { ...each, adapter } : each),
    )
  },
}

test('its trial steps keep to the CPU’s losses, and reject it for its pace', async () => {
  const { device, attempts } = await chooseDevice(net, table, { ...large, engine: asHardware })
  expect(device).toBe('cpu')
  const attempt = attempts.find((each) => each.device === 'webgpu')
  expect(attempt!.error).toMatch(/^in \d+ trial steps it took \d+ times as long as the CPU$/)
  expect(attempt!.trial!.lossDifference).toBeLessThan(1e-5)
}, 120_000)

test('asked for by name it trains, and its result says on what', async () => {
  const options = { batchSize: 16, steps: 20, threads: 1 }
  const onCpu = await fit(net, table, options)
  const result = await fit(net, table, { ...options, device: 'webgpu' })
  expect(result).toMatchObject({
    device: 'webgpu',
    precision: 'fp32',
    choice: { reason: 'asked for', adapter: { type: 'software' } },
  })
  expect(result.history[0]!.trainLoss).toBeCloseTo(onCpu.history[0]!.trainLoss, 3)
}, 120_000)

/** Processes that one has started, through whichever of its threads. */
function children(pid: number | 'self' = 'self'): number[] {
  const tasks = readdirSync(`/proc/${pid}/task`)
  const lists = tasks.map((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8'))
  return lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number))
}

test('where its process is killed, the training goes on from the last epoch on the CPU', async () => {
  const before = children()
  const moves: DeviceMove[] = []
  const result = await fit(net, table, {
    batchSize: 16,
    epochs: 4,
    threads: 1,
    device: 'webgpu',
    onStep({ step }) {
      if (step <= 45 || moves.length > 0) return
      for (const pid of children()) if (!before.includes(pid)) process.kill(pid, 'SIGKILL')
    },
    onMove: (move) => moves.push(move),
  })
  expect(result).toMatchObject({ device: 'cpu', steps: 160, choice: { device: 'webgpu' } })
  expect(result.moves).toEqual(moves)
  expect(moves).toMatchObject([{ from: 'webgpu', to: 'cpu', reason: expect.stringMatching(/SIGKILL/) }])
  expect([40, 80, 120]).toContain(moves[0]!.wentOnFrom)
}, 120_000)

test('the command says so on screen and in run.json, and trains again on the CPU', async () => {
  const cwd = workFolder()
  writeData(join(cwd, 'data'), { rows: 1200, classes: ['a', 'b', 'c'] })
  const words = ['train', 'data/train.csv', '--recipe', 'linear', '--epochs', '6', '--batch-size', '16', '--out', 'run']
  const { child, says, finished } = start([...words, '--device', 'webgpu'], { cwd })
  await says(/^ +2 /m)
  for (const pid of children(child.pid!)) process.kill(pid, 'SIGKILL')
  const { code, stderr } = await finished
  expect(code).toBe(0)
  expect(stderr).toMatch(/\nDevice webgpu \(SwiftShader.*, software\): asked for\n/)
  expect(stderr).toMatch(/\nThe device webgpu was lost after step \d+ \(.*SIGKILL.*\); going on from step \d+ on cpu\n/)
  const { machine } = JSON.parse(readFileSync(join(cwd, 'run/run.json'), 'utf8'))
  expect(machine).toMatchObject({
    device: 'cpu',
    reason: 'asked for',
    adapter: { type: 'software' },
    moves: [{ from: 'webgpu', to: 'cpu' }],
  })
}, 120_000)
