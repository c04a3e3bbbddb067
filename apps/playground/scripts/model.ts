import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/**
 * Makes the page's model, public/digits.onnx, with the command itself: recipe `cnn` on the embedded digits, then float16, which is checked on
 * 10,000 of its rows. The same seed, versions, kind of CPU and number of threads give the same bytes. Run it with `pnpm model`.
 */

function pixelrow(...args: string[]): void {
  // The command's package is built after this one, so it is no dependency.
  const { status } = spawnSync(process.execPath, [resolve('../cli/dist/pixelrow.js'), ...args], { stdio: 'inherit' })
  if (status !== 0) throw new Error(`pixelrow ${args.join(' ')} ended with ${status}`)
}

const folder = mkdtempSync(join(tmpdir(), 'pixelrow-model-'))
try {
  pixelrow('run', '--recipe', 'cnn', '--threads', '2', '--out', folder)
  pixelrow('export', folder, '--precision', 'float16', '--max-loss', '0.0005', '-o', 'public/digits.onnx')
} finally {
  rmSync(folder, { recursive: true })
}
