// One contender in a process of its own: READER FILE ROWS. Imports are not counted; the check comes after the peak is taken.
import { digest } from './digest.mjs'

const [reader, path, rows] = process.argv.slice(2)
const { read } = await import(`./readers/${reader}.mjs`).catch(({ message }) => {
  console.log(JSON.stringify({ absent: message.split('\n')[0] }))
  process.exit()
})
const began = performance.now()
const table = await read(path, Number(rows))
const ms = performance.now() - began
const rss = process.resourceUsage().maxRSS / 1024
const result = table.bytes ?? digest(table)
console.log(JSON.stringify({ ms, rss, result, checked: performance.now() - began - ms }))
