// @ts-check
// What came of a recipe's net on the stub: the table that is printed, and what must hold.

/**
 * Of one recipe: the nodes of a step, where onnxruntime's log says that its nodes are placed, and what was counted while it was compiled and in runs of 64 and 128 steps.
 * @typedef {{ recipe: string, nodes: number, placed: Record<string, number>, compile: Counts, short: Counts, long: Counts }} Measured
 * @typedef {import('./counters.mjs').Counts} Counts
 */

/** The table's bytes: 42,000 rows of 784 pixels and a label of 4. */
const TABLE = 42_000 * (784 + 4)
/** The runs differ by so many steps and iterations. */
const [STEPS, ITERATIONS] = [64, 8]

/** By execution provider, how many nodes a log of `logSeverityLevel` 0 says are placed there. @param {string} log @returns {Record<string, number>} */
export function placements(log) {
  /** @type {Record<string, number>} */
  const placed = {}
  for (const [, provider = '', nodes] of log.matchAll(
    /placed on \[(\w+)ExecutionProvider\]\. Number of nodes: (\d+)/g,
  )) {
    placed[provider] = (placed[provider] ?? 0) + Number(nodes)
  }
  return placed
}

/** Of what a step adds to a run. @param {Measured} measured */
function perStep({ short, long }) {
  const added = (/** @type {keyof Counts} */ name) => (long[name] - short[name]) / STEPS
  return {
    launches: added('launches'),
    libraryCalls: added('libraryCalls'),
    copies: added('copies'),
    uploads: added('uploads'),
    uploadedBytes: added('uploadedBytes'),
    waits: (long.syncs - short.syncs) / ITERATIONS,
  }
}

/** @param {readonly Measured[]} all */
export function tableOf(all) {
  const head = [
    'recipe',
    'nodes on CUDA',
    'on the CPU',
    'launches a step',
    'library calls',
    'copies',
    'uploads',
    'bytes up',
    'waits an iteration',
    'MB up at compile',
    'MB a run of 64',
  ]
  const rows = all.map((measured) => {
    const { recipe, placed, compile, short } = measured
    const { launches, libraryCalls, copies, uploads, uploadedBytes, waits } = perStep(measured)
    const megabytes = (/** @type {number} */ bytes) => (bytes / 1e6).toFixed(1)
    const numbers = [launches, libraryCalls, copies, uploads].map((number) => number.toFixed(1))
    return [
      recipe,
      placed.CUDA ?? 0,
      placed.CPU ?? 0,
      ...numbers,
      Math.round(uploadedBytes),
      waits,
      megabytes(compile.uploadedBytes),
      megabytes(short.uploadedBytes),
    ]
  })
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

/** What does not hold of a recipe, as sentences. @param {Measured} measured @returns {string[]} */
export function problemsOf(measured) {
  const { recipe, nodes, placed, compile, short } = measured
  const { waits } = perStep(measured)
  const where = Object.keys(placed).join(' and ') || 'nothing'
  return [
    ...(where === 'CUDA' ? [] : [`${recipe}: nodes are placed on ${where}, not on CUDA alone`]),
    // Some fall away or become one; but most of the eight steps' must be told of.
    ...((placed.CUDA ?? 0) > 4 * nodes
      ? []
      : [`${recipe}: the log tells of ${placed.CUDA ?? 0} nodes, where a step has ${nodes}`]),
    ...(waits > 1 ? [`${recipe}: the host waits ${waits} times in an iteration of the loop, not once`] : []),
    ...(compile.uploadedBytes >= TABLE && compile.uploadedBytes < 1.5 * TABLE
      ? []
      : [`${recipe}: ${compile.uploadedBytes} bytes went up at compile, where the table has ${TABLE}`]),
    ...(short.uploadedBytes < TABLE / 2
      ? []
      : [`${recipe}: a run has ${short.uploadedBytes} bytes go up: the table is not kept on the device`]),
  ]
}
