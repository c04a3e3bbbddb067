/** Under which keys exporters write the names of classes. */
const keys = ['classes', 'labels', 'names', 'id2label']

/** The classes that some exporter wrote into the metadata: a JSON list, a JSON object by number, or Python's `{0: 'cat', 1: 'dog'}`. */
export function classNames(metadata: Record<string, string>): string[] | undefined {
  for (const key of keys) {
    const text = metadata[key]
    const names = text === undefined ? undefined : (fromJson(text) ?? fromPython(text))
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

function fromPython(text: string): string[] | undefined {
  const entry = /\s*(\d+):\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*(?:,|\}$)/gy
  if (!text.startsWith('{')) return undefined
  entry.lastIndex = 1
  const found: [string, string][] = []
  let at = 1
  for (let match = entry.exec(text); match; match = entry.exec(text)) {
    found.push([match[1]!, (match[2] ?? match[3])!.replaceAll(/\\(.)/g, '$1')])
    at = entry.lastIndex
  }
  return at === text.length ? inOrder(found) : undefined
}

/** Texts under 0, 1, 2, …, none left out. */
function inOrder(entries: [number | string, unknown][]): string[] | undefined {
  const names: string[] = []
  for (const [place, name] of entries) {
    if (typeof name !== 'string') return undefined
    names[Number(place)] = name
  }
  return entries.length > 0 && names.length === entries.length && !names.includes(undefined as never)
    ? names
    : undefined
}
