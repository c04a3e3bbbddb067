/** Under which keys exporters write the names of classes; the last two map names to places. */
const keys = ['classes', 'class_names', 'labels', 'names', 'id2label', 'class_to_idx', 'label2id']

/**
 * The classes that some exporter wrote into the metadata: a list in JSON, in Python's form or one a line, or an object of names by place or places by name,
 * in JSON or as Python's `{0: 'cat', 1: 'dog'}`.
 */
export function classNames(metadata: Record<string, string>): string[] | undefined {
  for (const key of keys) {
    const text = metadata[key]?.trim()
    const names = text && (fromJson(text) ?? fromPython(text) ?? fromLines(text))
    if (names) return names
  }
  return undefined
}

function fromJson(text: string): string[] | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  return inOrder(Array.isArray(value) ? [...value.entries()] : Object.entries(value))
}

/** What Python's `str` makes of a list of texts or of a dict. */
function fromPython(text: string): string[] | undefined {
  const [open, close] = [text[0], text.at(-1)]
  if (!((open === '{' && close === '}') || (open === '[' && close === ']'))) return undefined
  const quoted = String.raw`'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"`
  const entry = new RegExp(String.raw`\s*(?:(\d+)\s*:\s*)?(?:${quoted})(?:\s*:\s*(\d+))?\s*(?:,|$)`, 'gy')
  const inside = text.slice(1, -1)
  const found: [string, string][] = []
  let at = 0
  for (let match = entry.exec(inside); match; match = entry.exec(inside)) {
    const [whole, before, single, double, after] = match
    const place = open === '[' ? String(found.length) : (before ?? after)
    if (place === undefined || (open === '[' && (before ?? after) !== undefined)) return undefined
    found.push([place, (single ?? double)!.replaceAll(/\\(.)/g, '$1')])
    at += whole.length
    if (at === inside.length) return inOrder(found)
  }
  return undefined
}

function fromLines(text: string): string[] | undefined {
  const lines = text.split(/\r?\n/)
  return lines.length > 1 && !/^[[{]/.test(text) ? lines.map((line) => line.trim()) : undefined
}

/** Texts under 0, 1, 2, …, none left out, or these places under texts. */
function inOrder(entries: [number | string, unknown][]): string[] | undefined {
  const names: string[] = []
  for (const [key, value] of entries) {
    const [place, name] = typeof value === 'number' ? [value, key] : [Number(key), value]
    if (typeof name !== 'string' || !(Number.isInteger(place) && place >= 0 && place < entries.length)) return undefined
    names[place] = name
  }
  return names.length > 0 && Object.keys(names).length === entries.length ? names : undefined
}
