import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { corners, onnxOf } from '../../../packages/classifier/test/model.ts'
import { pixelrow } from './helpers.ts'

const cwd = mkdtempSync(join(tmpdir(), 'pixelrow-test-'))
afterAll(() => rmSync(cwd, { recursive: true }))

writeFileSync(join(cwd, 'model.onnx'), onnxOf(corners))
writeFileSync(join(cwd, 'test.csv'), 'pixel0,pixel1,pixel2,pixel3\n16,0,0,0\n0,16,0,0\n')
writeFileSync(join(cwd, 'labelled.csv'), 'label,pixel0,pixel1,pixel2,pixel3\nleft,16,0,0,0\nright,0,16,0,0\n')

// No driver of this machine's, if it has any.
const env = { VK_ICD_FILENAMES: join(cwd, 'none.json'), VK_DRIVER_FILES: join(cwd, 'none.json') }

const commands = {
  predict: ['predict', 'model.onnx', 'test.csv', '-o', 'out.csv'],
  eval: ['eval', 'model.onnx', 'labelled.csv'],
}

test('where a device is not there, predict and eval say what doctor says, and how to go on, which works', async () => {
  const doctor = await pixelrow(['doctor', '--json'], { cwd, env })
  const devices: { device: string; works: boolean; reason: string; fix?: string }[] = JSON.parse(doctor.stdout).devices
  const { reason, fix = '' } = devices.find(({ device, works }) => device === 'webgpu' && !works)!
  for (const words of Object.values(commands)) {
    const { code, stdout, stderr } = await pixelrow([...words, '--device', 'webgpu'], { cwd, env })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(`Error: model.onnx: cannot run on webgpu: ${reason}\nFix: ${fix}`)
    expect(stderr).toMatch(/or add --device cpu\n$/i)
    const other = await pixelrow([...words, '--device', 'cpu'], { cwd, env })
    expect(other).toMatchObject({ code: 0, stderr: expect.stringContaining('Device cpu: asked for\n') })
  }
  expect(readFileSync(join(cwd, 'out.csv'), 'utf8')).toBe('ImageId,Label\n1,left\n2,right\n')
})

test('the device is told in one line, with its reason; WebAssembly is one of them', async () => {
  for (const words of Object.values(commands)) {
    for (const [device, line] of [
      ['auto', /^Device \w+: \S.*$/gm],
      ['wasm', /^Device wasm: asked for$/gm],
    ] as const) {
      // What is current already needs no device.
      rmSync(join(cwd, 'out.csv'), { force: true })
      const { code, stderr } = await pixelrow([...words, '--device', device], { cwd })
      expect(code).toBe(0)
      expect(stderr.match(line)).toHaveLength(1)
    }
  }
})
