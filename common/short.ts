// Names that strangers chose, in sentences. The build copies this file into each package that needs it.

/** A text of which the middle is left out where it is longer than anybody reads: `data/aaaaaaaa…aaaa.csv`. */
export function short(text: string, most = 100): string {
  if (text.length <= most) return text
  const kept = most - 1
  const tail = Math.floor(kept / 3)
  return `${text.slice(0, kept - tail)}…${text.slice(-tail)}`
}
