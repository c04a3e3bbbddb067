/**
 * Makes `work` run one at a time and with what is newest: asked again while it runs, however often, it runs once more. The page paints
 * before each run. `onBusy` is told when work begins and when nothing is left to do.
 */
export function latest(work: () => Promise<void>, onBusy: (busy: boolean) => void): () => void {
  let [running, again] = [false, false]
  const run = async () => {
    if (running) return
    running = true
    try {
      while (again) {
        again = false
        await nextFrame()
        await work()
      }
    } finally {
      running = false
      onBusy(false)
    }
  }
  return () => {
    again = true
    onBusy(true)
    void run()
  }
}

/** Resolves before the next painting; pages in the background do not paint. */
function nextFrame(): Promise<unknown> {
  return new Promise((resolve) => (document.hidden ? setTimeout(resolve) : requestAnimationFrame(resolve)))
}
