// @ts-check
// `npm run roofs`: packs the packages as they are published, serves them by a registry on this machine, and under every roof has its own tool install and
// run them. `-- --only NAME` takes the roofs whose name holds a text, `--keep` leaves their folders. Ends with 1 where one fails.
import { parseArgs } from 'node:util'
import { CommandFailed } from '../../scripts/run.mjs'
import { roofs } from './roofs.mjs'
import { openWorkplace } from './workplace.mjs'

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true }, keep: { type: 'boolean' } } })
const wanted = roofs.filter(({ name }) => values.only?.some((text) => name.includes(text)) ?? true)
let failed = 0

const workplace = await openWorkplace()
try {
  for (const roof of wanted) {
    const started = performance.now()
    try {
      await workplace.attempt(roof)
      console.log(`✓ ${roof.name}  ${((performance.now() - started) / 1000).toFixed(0)} s`)
    } catch (error) {
      failed++
      const { message } = /** @type {Error} */ (error)
      console.log(`✗ ${roof.name}\n${message}\n${error instanceof CommandFailed ? error.output.slice(-3000) : ''}`)
    }
  }
} finally {
  await workplace.close(values)
  if (values.keep) console.log(`The projects are in ${workplace.folder}`)
}
console.log(`${wanted.length - failed} of ${wanted.length} roofs`)
process.exitCode = failed || wanted.length === 0 ? 1 : 0
