// @ts-check
// `npm run types`: the types of every package, of the tests and of the scripts, several at a time.
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CommandFailed, environment, run } from './run.mjs'
import { root, workspaces } from './workspace.mjs'

/** @typedef {(name: string, work: () => Promise<unknown>) => Promise<void>} Check */

/** Has `check` carry out one check for each project. @param {Check} check */
export async function checkTypes(check) {
  const projects = [...workspaces().map(({ folder }) => folder), '.']
  const queue = projects.filter((folder) => existsSync(join(root, folder, 'tsconfig.json')))
  const worker = async () => {
    for (let folder = queue.shift(); folder; folder = queue.shift()) {
      const project = folder
      await check(`types ${project === '.' ? 'of tests and scripts' : project}`, () =>
        run('node', [join(root, 'node_modules/typescript/bin/tsc'), '-p', project], { cwd: root, env: environment() }),
      )
    }
  }
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, worker))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await checkTypes(async (name, work) => {
    try {
      await work()
      console.log(`✓ ${name}`)
    } catch (error) {
      process.exitCode = 1
      console.log(`✗ ${name}\n${error instanceof CommandFailed ? error.output : error}`)
    }
  })
}
