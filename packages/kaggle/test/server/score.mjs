// @ts-check
/** True labels by id, and the header that a submission must have. @typedef {{ header: string, byId: Map<string, string> }} Labels */

/** @param {string} csv @returns {string[]} */
const linesOf = (csv) => csv.split(/\r?\n/).filter(Boolean)

/** Reads `ImageId,Label` and the rows below it. @param {string} csv @returns {Labels} */
export function readLabels(csv) {
  const [header = '', ...rows] = linesOf(csv)
  return { header, byId: new Map(rows.map((row) => /** @type {[string, string]} */ (row.split(',', 2)))) }
}

/**
 * Scores a submission by its share of right labels, in Kaggle's five digits, or says why it cannot.
 * @param {string} csv @param {Labels} labels @returns {{ score: string } | { error: string }}
 */
export function score(csv, { header, byId }) {
  const [first = '', ...rows] = linesOf(csv)
  if (first !== header) return { error: `Submission must have columns ${header}: found ${first.slice(0, 40)}` }
  if (rows.length !== byId.size) return { error: `Submission must have ${byId.size} rows, found ${rows.length}` }
  const seen = new Set()
  let right = 0
  for (const row of rows) {
    const [id = '', label] = row.split(',')
    if (!byId.has(id) || seen.has(id)) return { error: `Submission has a wrong or repeated id: ${id}` }
    seen.add(id)
    if (byId.get(id) === label) right++
  }
  return { score: (right / byId.size).toFixed(5) }
}
