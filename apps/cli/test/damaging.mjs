// Damages files as they come to their place: DAMAGE is a pattern of their paths and what is done to their text, as [pattern, from, to].
import { readFileSync, writeFileSync } from 'node:fs'
import files from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

const [pattern, from, to] = JSON.parse(process.env.DAMAGE)
const { rename } = files
files.rename = async (temporary, path) => {
  await rename(temporary, path)
  if (!new RegExp(pattern).test(path)) return
  writeFileSync(path, readFileSync(path, 'latin1').replace(new RegExp(from, 'm'), to), 'latin1')
}
syncBuiltinESMExports()
