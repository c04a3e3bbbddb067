import { execFileSync } from 'node:child_process'
import {
  accessSync,
  constants,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium } from 'playwright-core'

const require = createRequire(import.meta.url)

/** How to launch the browser. */
export interface ChromiumOptions {
  /** Offers WebGPU where there is no GPU, by software. Default false: then `requestAdapter()` gives null. */
  webgpu?: boolean
}

/** Launches a headless Chromium: PIXELROW_CHROMIUM, else an installed one, else the one inside npm's @sparticuz/chromium. */
export async function launchChromium(options: ChromiumOptions = {}): Promise<Browser> {
  return chromium.launch(chromiumOptions(options))
}

/** What that Chromium is launched with. */
export function chromiumOptions({ webgpu = false }: ChromiumOptions = {}) {
  const { executablePath, env } = installed() ?? packaged()
  const flags = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ]
  return {
    executablePath,
    headless: true,
    env: { ...(process.env as Record<string, string>), ...env },
    args: webgpu ? [...flags, '--enable-unsafe-webgpu'] : flags,
  }
}

/**
 * What a process must be started with to have WebGPU in Node without a graphics card: the Vulkan loader and the software driver that
 * come with the packaged browser. Linux x64.
 */
export function softwareVulkan(): { LD_LIBRARY_PATH: string; VK_ICD_FILENAMES: string } {
  const folder = dirname(packaged().executablePath)
  return { LD_LIBRARY_PATH: folder, VK_ICD_FILENAMES: join(folder, 'vk_swiftshader_icd.json') }
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
function packaged(): Executable {
  const shared = join(tmpdir(), `pixelrow-chromium-${packagedVersion()}`)
  if (!existsSync(shared)) unpack(shared)
  return { executablePath: join(shared, 'chromium'), env: { FONTCONFIG_FILE: join(shared, 'fonts.conf') } }
}

/** The package exports no package.json, so it is read from beside its code. */
function packagedVersion(): string {
  const manifest = join(dirname(require.resolve('@sparticuz/chromium')), '..', '..', 'package.json')
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
}

/** In a process of its own, because the package unpacks to the temporary folder and nowhere else. */
function unpack(shared: string): void {
  const own = mkdtempSync(`${shared}-`)
  const script = 'const { default: chromium } = await import(process.argv[1]); await chromium.executablePath()'
  const entry = pathToFileURL(require.resolve('@sparticuz/chromium')).href
  try {
    execFileSync(process.execPath, ['--input-type=module', '-e', script, entry], {
      env: { ...process.env, TMPDIR: own },
    })
    writeFileSync(join(own, 'fonts.conf'), fontConfiguration(shared))
    renameSync(own, shared)
  } catch (error) {
    rmSync(own, { recursive: true, force: true })
    if (!existsSync(shared)) throw error
  }
}

/** The fonts come with the browser, but its own configuration looks for them elsewhere; a bare machine would show no text. */
function fontConfiguration(shared: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir>${join(shared, 'fonts', 'fonts')}</dir>
  <cachedir>${join(shared, 'fonts-cache')}</cachedir>
</fontconfig>
`
}
