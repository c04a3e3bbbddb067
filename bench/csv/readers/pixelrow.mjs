import { readTable } from '@pixelrow/data'

export const read = (path) => readTable(path)
