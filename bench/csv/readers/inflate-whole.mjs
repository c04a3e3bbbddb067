// Inflating alone, all at once.
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

export const read = (path) => ({ bytes: gunzipSync(readFileSync(path)).length })
