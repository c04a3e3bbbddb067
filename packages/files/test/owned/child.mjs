// Carries out steps on a folder: `node child.mjs FOLDER '[["claim"],["write","a","1"],["commit"]]' [n]` is killed before the n-th call of the
// file system. After each step it prints the number of commits that are done; without a kill, the number of calls.
import { writeSync } from 'node:fs'
import { arm, calls } from './faults.mjs'

const { claim, claimFile } = await import('@pixelrow/files')
const [folder = '', steps = '[]', n = '0'] = process.argv.slice(2)

/** @type {Record<string, (output: any, ...words: string[]) => Promise<any>>} */
const actions = {
  claim: () => claim(folder),
  claimFile: (_, name) => claimFile(`${folder}/${name}`),
  write: (output, name, text) => output.write(name, text),
  remove: async (output, name) => output.remove(name),
  commit: (output) => output.commit(),
  close: (output) => output.close(),
}

arm(Number(n) || Number.POSITIVE_INFINITY, 'SIGKILL')
let output
let commits = 0
for (const [action, ...words] of JSON.parse(steps)) {
  const result = await actions[action]?.(output, ...words)
  if (action.startsWith('claim')) output = result
  if (action === 'commit') commits++
  writeSync(1, `${commits}\n`)
}
writeSync(1, `calls ${calls().count}\n`)
// A claim that is not closed ends with the process.
process.exit(0)
