// @ts-check

/** Numbers below `end` that follow from a seed. @param {number} seed */
export function numbers(seed) {
  let state = seed * 2654435761 + 1
  return (/** @type {number} */ end) => {
    // Numerical Recipes' generator; its upper bits are the better ones.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * end)
  }
}
