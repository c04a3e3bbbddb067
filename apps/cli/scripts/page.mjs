// @ts-check
// What `npm pack` and `npm publish` call: the built page goes into the package (`add`), and out of it again afterwards, so that in a
// clone there is one page, and no older copy of it.
import { cp, rm } from 'node:fs/promises'

const inPackage = new URL('../dist/playground/', import.meta.url)
await rm(inPackage, { recursive: true, force: true })
if (process.argv[2] === 'add')
  await cp(new URL('../../playground/dist/', import.meta.url), inPackage, { recursive: true })
