import { classCounts, type PixelTable } from '@pixelrow/data'

/** What the recipes were made for and measured on. */
const limits = { leastSide: 8, mostSide: 64, channels: 3, classes: 1000, rowsOfClass: 20 }

/** A sentence for each way in which a table is beyond what the recipes were made for; they go on all the same. */
export function limitNotes(table: PixelTable): string[] {
  return [...shapeNotes(table), ...classNotes(table)]
}

function shapeNotes({ shape: { height, width, channels } }: PixelTable): string[] {
  const { leastSide, mostSide } = limits
  const fits =
    Math.min(height, width) >= leastSide && Math.max(height, width) <= mostSide && channels <= limits.channels
  if (fits) return []
  const range = `from ${leastSide}×${leastSide} to ${mostSide}×${mostSide}, of 1 to ${limits.channels} channels`
  return [
    `Recipes are made for images ${range}; these are ${height}×${width}×${channels}, so expect less or wait longer.`,
  ]
}

function classNotes(table: PixelTable): string[] {
  const { classes = [] } = table
  if (!table.labels) return []
  if (classes.length > limits.classes) {
    return [`Recipes are made for up to ${limits.classes} classes; here are ${classes.length}, so expect less.`]
  }
  const counts = classCounts(table)
  const few = classes.filter((_, index) => counts[index]! < limits.rowsOfClass)
  if (few.length === 0) return []
  const which = few.length === 1 ? `class ${few[0]} has` : `${few.length} classes (${few[0]}, …) have`
  return [`Recipes are made for ${limits.rowsOfClass} rows a class and more; ${which} fewer, so expect less.`]
}
