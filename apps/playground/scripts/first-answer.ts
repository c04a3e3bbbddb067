import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright-core'
import { chromiumOptions } from '../../../tests/chromium.ts'

/**
 * Prints how long `pixelrow playground` takes from the start of a navigation to its first answer: once with nothing cached, then with a warm
 * cache. Run it with `pnpm bench`, on a machine that does nothing else.
 */

const visits = 10

const server = spawn(process.execPath, [resolve('../cli/dist/pixelrow.js'), 'playground', '--port', '0', '--quiet'])
const url = await new Promise<string>((found) => server.stdout.once('data', (text) => found(String(text).trim())))
const profile = mkdtempSync(join(tmpdir(), 'pixelrow-profile-'))
const browser = await chromium.launchPersistentContext(profile, chromiumOptions())
try {
  const times: number[] = []
  for (let visit = 0; visit <= visits; visit++) {
    const page = await browser.newPage()
    await page.goto(url)
    const mark = await page.waitForFunction(() => performance.getEntriesByName('first-answer')[0]?.startTime)
    times.push((await mark.jsonValue())!)
    await page.close()
  }
  const [cold, ...warm] = times as [number, ...number[]]
  const sorted = warm.sort((a, b) => a - b)
  console.log(`first answer, nothing cached: ${cold.toFixed(0)} ms`)
  console.log(
    `with a warm cache: ${sorted[visits >> 1]!.toFixed(0)} ms (median of ${visits}, ${sorted[0]!.toFixed(0)} to ${sorted.at(-1)!.toFixed(0)})`,
  )
} finally {
  await browser.close()
  server.kill()
  rmSync(profile, { recursive: true, force: true })
}
