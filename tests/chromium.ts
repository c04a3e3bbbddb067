import { accessSync, constants, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

const require = createRequire(import.meta.url)

/** How to launch the browser. */
export interface ChromiumOptions {
  /** Offers WebGPU where there is no GPU, by software. Default false: then `requestAdapter()` gives null. */
  webgpu?: boolean
}

/** Launches a headless Chromium: PIXELROW_CHROMIUM, else an installed one, else the one inside npm's @sparticuz/chromium. */
export async function launchChromium({ webgpu = false }: ChromiumOptions = {}): Promise<Browser> {
  const { executablePath, env } = installed() ?? (await packaged())
  const flags = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ]
  return chromium.launch({
    executablePath,
    headless: true,
    env: { ...(process.env as Record<string, string>), ...env },
    args: webgpu ? [...flags, '--enable-unsafe-webgpu'] : flags,
  })
}

interface Executable {
  executablePath: string
  env?: Record<string, string>
}

function installed(): Executable | undefined {
  const named = process.env.PIXELROW_CHROMIUM
  if (named) return { executablePath: named }
  for (const folder of (process.env.PATH ?? '').split(delimiter))
    for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
      const executablePath = join(folder, name)
      if (isExecutable(executablePath)) return { executablePath }
    }
  return undefined
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Unpacks the packaged browser once for all test files, which run in processes of their own: the package takes a file
 * that another process is still writing for done, so each unpacks beside the shared folder and renames.
 */
async function packaged(): Promise<Executable> {
  const shared = join(tmpdir(), `pixelrow-chromium-${packagedVersion()}`)
  if (!existsSync(shared)) await unpack(shared)
  // The fonts come with the browser too: a bare machine has none, and text would be boxes.
  return { executablePath: join(shared, 'chromium'), env: { FONTCONFIG_PATH: join(shared, 'fonts') } }
}

/** The package exports no package.json, so it is read from beside its code. */
function packagedVersion(): string {
  const manifest = join(dirname(require.resolve('@sparticuz/chromium')), '..', '..', 'package.json')
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
}

async function unpack(shared: string): Promise<void> {
  const { default: packagedChromium } = await import('@sparticuz/chromium')
  const own = mkdtempSync(`${shared}-`)
  const before = process.env.TMPDIR
  process.env.TMPDIR = own
  try {
    await packagedChromium.executablePath()
    renameSync(own, shared)
  } catch (error) {
    rmSync(own, { recursive: true, force: true })
    if (!existsSync(shared)) throw error
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
}
