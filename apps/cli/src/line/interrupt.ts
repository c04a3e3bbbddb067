/** How long after a Ctrl-C another signal counts as the same one: npm passes on what the terminal has sent already. */
const samePress = 250

/**
 * Listens for Ctrl-C until the process ends: the first one aborts the signal, so that work ends at its next safe point; the
 * second one exits at once with 130. `onFirst` is told of the first, `onSecond` of the second.
 */
export function onInterrupt(onFirst: () => void, onSecond: () => void): AbortSignal {
  const controller = new AbortController()
  let first = 0
  const listener = () => {
    if (!first) {
      first = Date.now()
      onFirst()
      controller.abort()
    } else if (Date.now() - first > samePress) {
      onSecond()
      process.exit(130)
    }
  }
  process.on('SIGINT', listener)
  process.on('SIGTERM', listener)
  return controller.signal
}
