// A process that claims a folder: `often TAG N` times, `once` when it is told to, or writing slowly into it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { jitter } from './faults.mjs'

const { claim, writeFileAtomic } = await import('@pixelrow/files')
const [folder = '', mode = '', tag = '', rounds = '1'] = process.argv.slice(2)
jitter()

/** Claims the folder, once it is free. @returns {ReturnType<typeof claim>} */
async function claimed() {
  for (;;) {
    try {
      return await claim(folder)
    } catch (error) {
      if (/** @type {{ code?: string }} */ (error).code !== 'FILES_LOCKED') throw error
      await turn()
    }
  }
}

const names = ['a', 'b', 'c']

async function often() {
  for (let round = 0; round < Number(rounds); round++) {
    const output = await claimed()
    const found = (await output.names()).map((name) => readFileSync(join(folder, name), 'utf8'))
    if (new Set(found).size > 1) throw new Error(`a mixture: ${found}`)
    for (const name of names) await output.write(name, `${tag} ${round}`)
    await output.commit()
    await output.close()
  }
  console.log('done')
}

async function once() {
  console.log('ready')
  for await (const _ of process.stdin) {
    const outcome = await claim(folder).then(
      () => 'claimed',
      (/** @type {{ code?: string }} */ error) => error.code,
    )
    console.log(outcome)
  }
  process.exit(0)
}

async function slow() {
  async function* parts() {
    yield 'a'
    console.log('writing')
    for await (const _ of process.stdin);
  }
  await writeFileAtomic(join(folder, 'theirs'), parts())
}

await { often, once, slow }[mode]?.()
