// @ts-check
/**
 * What goes wrong, once or as often as `times` says, at a point: the name of a call such as `CreateSubmission`, or of what storage does:
 * `storage.get`, `storage.put`, `storage.query`.
 * @typedef {object} Fault
 * @property {number} [times] How often. Default 1.
 * @property {number} [skip] How many requests pass first. Default 0.
 * @property {number} [status] Answers this and does nothing.
 * @property {string} [message] The error's sentence.
 * @property {string} [code] The error's status word, such as `FAILED_PRECONDITION`.
 * @property {string} [text] A body as it is, in place of an error's JSON.
 * @property {Record<string, string>} [headers] Sent with the answer.
 * @property {boolean} [drop] Cuts the connection and does nothing.
 * @property {boolean} [lose] Does what was asked, then answers with `status`, or cuts the connection if there is none.
 * @property {boolean} [hold] Does not answer at all.
 * @property {object} [answer] This in place of the JSON of the answer.
 * @property {number} [cutAfter] storage.get: cuts after so many bytes; storage.put: after so many that arrived.
 * @property {number} [stallAfter] storage.get: falls silent after so many bytes.
 * @property {boolean} [noRange] storage.get: knows no ranges.
 * @property {number} [truncate] storage.get: serves the first bytes of the file as if they were all.
 * @property {boolean} [corrupt] storage.get: one byte is another.
 * @property {boolean} [noHash] storage.get: sends no checksum.
 */

/** Faults by point, in the order in which they happen. */
export function createFaults() {
  /** @type {Map<string, Fault[]>} */
  const waiting = new Map()
  return {
    /** @param {string} point @param {Fault} fault */
    add(point, fault) {
      waiting.set(point, [...(waiting.get(point) ?? []), { ...fault }])
    },
    /** The fault for a request at this point, if there is one. @param {string} point @returns {Fault | undefined} */
    take(point) {
      const [next, ...rest] = waiting.get(point) ?? []
      if (!next) return undefined
      if (next.skip) {
        next.skip--
        return undefined
      }
      next.times = (next.times ?? 1) - 1
      if (next.times <= 0) waiting.set(point, rest)
      return next
    },
    clear: () => waiting.clear(),
  }
}

/** @typedef {ReturnType<typeof createFaults>} Faults */
