import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { root } from '../../scripts/workspace.mjs'

const folder = mkdtempSync(join(tmpdir(), 'pixelrow-qemu-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** QEMU's user emulation: the machine's own, or Debian's package unpacked here, which needs no root. */
function emulator(): string {
  const own = spawnSync('qemu-x86_64-static', ['--version'])
  if (own.status === 0) return 'qemu-x86_64-static'
  try {
    execFileSync('apt-get', ['download', 'qemu-user-static'], { cwd: folder, stdio: 'pipe' })
    const [archive] = readdirSync(folder).filter((name) => name.endsWith('.deb'))
    execFileSync('dpkg', ['-x', archive!, '.'], { cwd: folder, stdio: 'pipe' })
  } catch (cause) {
    throw new Error('qemu-x86_64-static (package qemu-user-static) is not here and cannot be downloaded.', { cause })
  }
  return join(folder, 'usr/bin/qemu-x86_64-static')
}

/**
 * What makes each Node that the tests start run emulated as well: a process that an emulated one starts is not, by itself,
 * and a training in a thread of the test runner is in a process of its own.
 */
function emulated(qemu: string): { node: string; env: NodeJS.ProcessEnv } {
  const node = join(folder, 'node')
  writeFileSync(node, `#!/bin/sh\nexec '${qemu}' -cpu max '${process.execPath}' "$@"\n`, { mode: 0o755 })
  const preload = join(folder, 'emulated.cjs')
  writeFileSync(preload, `process.execPath = ${JSON.stringify(node)}\n`)
  return { node, env: { NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --require="${preload}"` } }
}

// An emulated processor has AVX2 and no AVX-512, so that onnxruntime works on blocks of 8.
test('on a processor without AVX-512 the steps on blocks of 8 are those of the plain formulation', () => {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const options = ['run', '--project=suite', '--pool=threads', '--no-file-parallelism', '--testTimeout=900000']
  const file = 'packages/train/test/blocked.test.ts'
  const { node, env: added } = emulated(emulator())
  const env = { ...process.env, ...added, PIXELROW_TEST_BLOCK: '8', NO_COLOR: '1' }
  const { status, stdout, stderr } = spawnSync(node, [vitest, ...options, file], { cwd: root, env, encoding: 'utf8' })
  expect(status, `${stdout}\n${stderr}`).toBe(0)
  expect(stdout).toMatch(/Tests\s+3 passed/)
}, 1_200_000)
