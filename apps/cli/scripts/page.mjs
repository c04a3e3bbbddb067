// @ts-check
// What `npm pack` and `npm publish` call first: the built page goes into the package. Several packs may run at once, so what is there already
// stays, and a page that is not yet there appears whole.
import { cp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const [built, inPackage, temporary] = [
  '../../playground/dist',
  '../dist/playground',
  `../node_modules/.page-${process.pid}`,
].map((path) => fileURLToPath(new URL(path, import.meta.url)))

if (!(await isThere())) {
  await cp(built, temporary, { recursive: true })
  await rm(inPackage, { recursive: true, force: true })
  try {
    await rename(temporary, inPackage)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    // Another pack may have been quicker.
    if (!(await isThere())) throw error
  }
}

async function isThere() {
  const names = await filesIn(built)
  if (names.join() !== (await filesIn(inPackage)).join()) return false
  for (const name of names) {
    const [one, other] = await Promise.all([readFile(join(built, name)), readFile(join(inPackage, name))])
    if (!one.equals(other)) return false
  }
  return true
}

/** @param {string} folder The files below it, in order; none where there is no such folder. */
async function filesIn(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries.filter((entry) => entry.isFile())
  return files.map(({ parentPath, name }) => relative(folder, join(parentPath, name))).sort()
}
