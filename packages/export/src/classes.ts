import { ExportError } from './error.ts'

/** The classes that a file says it tells apart; undefined where it does not say. */
export function classesIn(metadata: Readonly<Record<string, string>> | undefined): readonly string[] | undefined {
  const text = metadata?.['pixelrow.classes']
  if (text === undefined) return undefined
  try {
    const classes: unknown = JSON.parse(text)
    return Array.isArray(classes) && classes.every((each) => typeof each === 'string') ? classes : undefined
  } catch {
    return undefined
  }
}

/**
 * For each of `from`, where the same text stands in `to`. Two lists of classes meet by text, never by place: throws an `ExportError`
 * that names the first text which the other list has not.
 */
export function placesOf(from: readonly string[], to: readonly string[], subject: string): number[] {
  const places = new Map(to.map((text, place) => [text, place]))
  return from.map((text) => {
    const place = places.get(text)
    if (place !== undefined) return place
    const shown = to.length > 20 ? `${to.slice(0, 20).join(', ')}, …` : to.join(', ')
    throw new ExportError(
      `${subject}: there is no class ${JSON.stringify(text)} in the model; its classes are ${shown}.`,
      {
        code: 'EXPORT_CLASSES',
        params: { subject, missing: text, classes: to },
      },
    )
  })
}

/** Labels that count in `classes` as labels that count in the model's; of these only those that occur must be there. */
export function matched(
  labels: ArrayLike<number>,
  classes: readonly string[],
  own: readonly string[] | undefined,
  subject: string,
): Int32Array {
  requireLabels(labels, classes.length)
  if (!own)
    throw new ExportError(`${subject}: the file does not say its classes, so labels cannot meet them by text.`, {
      code: 'EXPORT_CLASSES',
      params: { subject, found: classes },
    })
  const used = [...new Set(Array.from(labels))]
  const texts = used.map((label) => classes[label]!)
  const places = new Map(placesOf(texts, own, subject).map((place, at) => [used[at]!, place]))
  return Int32Array.from(labels, (label) => places.get(label)!)
}

/** Refuses labels that are no place in a list of so many classes. */
export function requireLabels(labels: ArrayLike<number>, classes: number): void {
  const row = Array.from(labels).findIndex((label) => !(Number.isInteger(label) && label >= 0 && label < classes))
  if (row < 0) return
  throw new ExportError(`Row ${row} has the label ${labels[row]}; expected a whole number of 0 to ${classes - 1}.`, {
    code: 'EXPORT_ROWS',
    params: { row, label: labels[row], classes },
  })
}
