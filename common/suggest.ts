/** How many letters must be inserted, removed, replaced or swapped with their neighbour to make `b` of `a`. */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min(row[j - 1]! + 1, rows[i - 1]![j]! + 1, rows[i - 1]![j - 1]! + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, rows[i - 2]![j - 2]! + 1)
      row.push(best)
    }
    rows.push(row)
  }
  return rows[a.length]![b.length]!
}

/** The known word that a mistyped one most resembles, if any does: at most 3 letters and less than half of it may differ. */
export function closest(word: string, known: readonly string[]): string | undefined {
  const bare = (text: string) => text.replace(/^-+/, '').toLowerCase()
  let best: string | undefined
  let least = 4
  for (const candidate of known) {
    const letters = distance(bare(word), bare(candidate))
    const longest = Math.max(bare(word).length, bare(candidate).length)
    if (letters < least && letters < longest * 0.5) {
      least = letters
      best = candidate
    }
  }
  return best
}

/** ` (did you mean linear?)`, or nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  const candidate = closest(word, known)
  return candidate ? ` (did you mean ${candidate}?)` : ''
}
