import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Finished, pixelrow } from '../../apps/cli/test/helpers.ts'
import { cache, root } from '../../scripts/workspace.mjs'
import { placeWhole } from './nodes.ts'

/** The tfjs-node of `pixelrow setup tfjs`, and how it came about. */
export interface BuiltForTests {
  /** Leads pixelrow to the cache that holds it. */
  env: { PIXELROW_CACHE: string }
  /** What the command printed when it built it, and its exit code. */
  transcript: Finished
}

const name = 'tfjs-setup'

/**
 * Runs `pixelrow setup tfjs` for real, once for all test files of a checkout and again after a change to the package that does it. It
 * appears when it is whole, so that test files may make it side by side. Throws what the command has printed if it fails.
 */
export async function builtForTests(): Promise<BuiltForTests> {
  const folder = join(cache, `${name}-${fingerprint()}`)
  if (!existsSync(folder)) await make(folder)
  const transcript = JSON.parse(readFileSync(join(folder, 'transcript.json'), 'utf8'))
  return { env: { PIXELROW_CACHE: folder }, transcript }
}

async function make(folder: string): Promise<void> {
  const own = `${folder}.${process.pid}`
  mkdirSync(own, { recursive: true })
  try {
    const transcript = await pixelrow(['setup', 'tfjs'], { env: { PIXELROW_CACHE: own } })
    if (transcript.code !== 0) throw new Error(`pixelrow setup tfjs failed:\n${transcript.stdout}${transcript.stderr}`)
    writeFileSync(join(own, 'transcript.json'), JSON.stringify(transcript))
    for (const other of readdirSync(cache))
      if (/^tfjs-setup-\w+$/.test(other)) rmSync(join(cache, other), { recursive: true })
    placeWhole(own, folder)
  } catch (error) {
    rmSync(own, { recursive: true, force: true })
    throw error
  }
}

/** Changes with the sources of the package. */
function fingerprint(): string {
  const sources = join(root, 'packages/devices/src')
  const hash = createHash('sha256')
  for (const file of readdirSync(sources, { recursive: true, encoding: 'utf8' }).sort())
    if (/\.\w+$/.test(file)) hash.update(file).update(readFileSync(join(sources, file)))
  return hash.digest('hex').slice(0, 12)
}
