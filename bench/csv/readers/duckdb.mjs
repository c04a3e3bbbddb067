// Column types instead of sniffing, quoting off, and each chunk's own bytes instead of values.
import { DuckDBInstance } from '@duckdb/node-api'
import { columnNames, columnSink } from '../sink.mjs'

const columns = columnNames.map((name) => `'${name}': 'UTINYINT'`).join(', ')

export async function read(path, rows) {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const options = `auto_detect = false, header = true, delim = ',', quote = '', escape = '', columns = {${columns}}`
  const result = await connection.run(`select * from read_csv('${path.replaceAll("'", "''")}', ${options})`)
  const sink = columnSink(rows)
  for (let chunk = await result.fetchChunk(); chunk?.rowCount > 0; chunk = await result.fetchChunk()) {
    sink.add(columnNames.map((_, column) => chunk.getColumnVector(column).items))
  }
  return sink.table()
}
