import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readTable } from '@pixelrow/data'
import fc from 'fast-check'
import { answered, type Format, Wrong } from './format.ts'
import { type Damage, damage, damaged, odd } from './lies.ts'

/** Files that pyarrow wrote, of every kind that is read: pictures, columns of pixels, packed and not. The fuzzer runs in the root of the clone. */
const folder = 'packages/data/test/fixtures/parquet'

/** A whole file, and what is done to it. */
interface ParquetCase {
  file: string
  damages: Damage[]
  /** Bytes of what describes the file, by their place from its end. */
  footer: { at: number; value: number }[]
}

const names = readdirSync(folder).filter((name) => name.endsWith('.parquet'))
const files = new Map(names.map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]))
/** Of the whole files that are tables of their own. */
const rows = new Map<string, number>()

/** Parquet: what describes the file lies, from its lengths to its types; cut, doubled and changed pages. */
export const parquet: Format<ParquetCase> = {
  cases: fc.record({
    file: fc.constantFrom(...names),
    damages: fc.array(damage, { maxLength: 2 }),
    footer: fc.array(fc.record({ at: fc.integer({ min: 1, max: 2400 }), value: odd(8) }), { maxLength: 4 }),
  }),
  bytes({ file, damages, footer }) {
    const bytes = files.get(file)!.slice()
    for (const { at, value } of footer) bytes[Math.max(0, bytes.length - at)] = value
    return damaged(bytes, damages)
  },
  async read({ file: name, damages, footer }, file) {
    const isRead = await answered(async () => {
      const table = await readTable(file)
      if (table.labels && table.labels.length !== table.rows) throw new Wrong(`${table.labels.length} labels`)
      if (damages.length + footer.length > 0) return
      if (rows.get(name) !== undefined && rows.get(name) !== table.rows) throw new Wrong(`${table.rows} rows`)
      rows.set(name, table.rows)
    })
    if (!isRead && damages.length + footer.length === 0 && rows.has(name)) throw new Wrong('a whole file is refused')
  },
  memory: { most: 96 << 20, perByte: 300 },
}
