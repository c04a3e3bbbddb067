// @ts-check
// What two undisturbed runs of one command have in common: their results without the times that they took.

/** A name of what differs from run to run: times, and where things lie and how they were called for. */
const passing =
  /seconds|time|date|when|^written$|^started|^ended|^finished|^pid$|^host$|^call$|^calls$|^path$|^fromRun$/i

/** A file's bytes without what differs from run to run. @param {string} name @param {Buffer} bytes @returns {string | Buffer} */
export function normal(name, bytes) {
  if (/history\.csv$/.test(name)) return withoutColumns(bytes.toString())
  if (!/\.json$/.test(name)) return bytes
  try {
    return JSON.stringify(JSON.parse(bytes.toString(), (key, value) => (passing.test(key) ? undefined : value)))
  } catch {
    return bytes
  }
}

/** @param {string} text */
function withoutColumns(text) {
  const lines = text.split('\n').map((line) => line.split(','))
  const kept = (lines[0] ?? []).map((name) => !passing.test(name))
  return lines.map((cells) => cells.filter((_, at) => kept[at]).join(',')).join('\n')
}
