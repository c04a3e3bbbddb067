import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { corners, onnxOf } from '../packages/classifier/test/model.ts'
import { root, workspaces } from '../scripts/workspace.mjs'
import { importsOf, sourcesOf } from './imports.ts'

// Electron itself is not run here. What it asks of a library that starts processes can be: `process.execPath` is the app, and Node only when told so.

test('whatever starts Node by its path does it in the environment that makes Electron one', () => {
  const starting = workspaces()
    .flatMap(({ folder }) => sourcesOf(folder, 'src'))
    .filter((file) => /\bprocess\.execPath\b/.test(readFileSync(file, 'utf8')))
  expect(starting.length).toBeGreaterThan(0)
  const wrong = starting.filter(
    (file) => !importsOf(file).some(({ specifier }) => specifier.endsWith('common/asnode.ts')),
  )
  expect(wrong).toEqual([])
})

test('where the executable is an app, a classifier in a process of its own starts none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pixelrow-electron-'))
  try {
    const [app, model, opened] = ['app', 'model.onnx', 'opened'].map((name) => join(folder, name))
    const node = JSON.stringify(process.execPath)
    writeFileSync(
      app!,
      `#!/bin/sh\n[ "$ELECTRON_RUN_AS_NODE" = 1 ] && exec ${node} "$@"\necho a window > ${opened}\n`,
      {
        mode: 0o755,
      },
    )
    writeFileSync(model!, onnxOf(corners))
    const script = `
      process.execPath = ${JSON.stringify(app)}
      const { load } = await import('@pixelrow/infer-node')
      const classifier = await load(${JSON.stringify(model)}, { isolate: true })
      console.log((await classifier.classify(Uint8Array.of(1, 16, 8, 0))).label)
      await classifier.close()`
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== 'ELECTRON_RUN_AS_NODE'))
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      cwd: join(root, 'apps/cli'),
      env,
    })
    expect(stdout).toBe('right\n')
    expect(() => readFileSync(opened!)).toThrow('ENOENT')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
