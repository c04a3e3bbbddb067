/**
 * What `work` makes of a source's items, in their order, with at most `limit` of weight under way (more by the last item admitted): the source is
 * asked for more only when there is room, and results are not kept up by items that do not come yet. Leaving the loop closes the source.
 */
export async function* pipelined<T, R>(
  source: AsyncIterable<T> | Iterable<T>,
  {
    limit,
    weigh,
    work,
    signal,
  }: { limit: number; weigh: (item: T) => number; work: (item: T) => Promise<R>; signal?: AbortSignal | undefined },
): AsyncGenerator<R> {
  const items = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
  const running: { result: Promise<R>; weight: number }[] = []
  let load = 0
  let pull: Promise<void> | undefined
  let ended = false

  function admit({ value, done }: IteratorResult<T>): void {
    pull = undefined
    ended = done === true
    if (done) return
    const job = { result: work(value), weight: weigh(value) }
    // It is awaited in its turn; until then a failure must not count as unhandled.
    job.result.catch(() => {})
    running.push(job)
    load += job.weight
  }

  /** What is there is taken at once; for what is not, `pull` stands. */
  function fill(): void {
    while (!ended && !pull && load < limit) {
      const next = items.next()
      if ('then' in next) pull = next.then(admit)
      else admit(next)
    }
  }

  let abort = () => {}
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal?.reason)
  })
  aborted.catch(() => {})
  signal?.addEventListener('abort', abort, { once: true })
  try {
    for (fill(); !ended || running.length > 0; fill()) {
      const head = running[0]
      const settled = head?.result.then(() => true)
      signal?.throwIfAborted()
      const isHead = await Promise.race([settled, pull, aborted].filter((each) => each !== undefined))
      if (!isHead) continue
      running.shift()
      load -= head!.weight
      yield await head!.result
    }
  } finally {
    signal?.removeEventListener('abort', abort)
    pull?.catch(() => {})
    const closed = Promise.resolve(items.return?.()).catch(() => {})
    // A source that is being waited for ends when it will, and nobody waits with it.
    if (!pull) await closed
  }
}
