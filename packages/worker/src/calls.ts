/** An answer on its way back: the result of a call, or what its method threw. */
export interface Answer {
  id: number
  result?: unknown
  error?: unknown
}

/** The calls that wait for an answer. */
export interface Calls {
  /** Has a call sent under a number of its own; gives its answer. What cannot be sent is thrown, and so is why nothing can be sent any more. */
  make<T>(send: (id: number) => void): Promise<T>
  /** Gives an answer to whoever waits for it. */
  settle(answer: Answer): void
  /** Rejects what waits and what comes; the first reason stays. */
  fail(reason: Error): void
  /** Keeps the process alive from now on, for whoever waits for the end. */
  hold(): void
}

/** Keeps account of calls. `hold` is told whether any is under way, or the end is waited for: that keeps the process alive. */
export function createCalls(hold: (isHeld: boolean) => void): Calls {
  const waiting = new Map<number, { resolve(value: never): void; reject(reason: unknown): void }>()
  let failure: Error | undefined
  let [count, isEnding] = [0, false]
  return {
    make: <T>(send: (id: number) => void) =>
      new Promise<T>((resolve, reject) => {
        if (failure) return reject(failure)
        const id = count++
        // Sent first: of what cannot be cloned nobody would tell.
        send(id)
        waiting.set(id, { resolve, reject })
        hold(true)
      }),
    settle(answer) {
      const call = waiting.get(answer.id)
      waiting.delete(answer.id)
      if (waiting.size === 0 && !isEnding) hold(false)
      if ('error' in answer) call?.reject(answer.error)
      else call?.resolve(answer.result as never)
    },
    fail(reason) {
      failure ??= reason
      for (const { reject } of waiting.values()) reject(failure)
      waiting.clear()
    },
    hold() {
      isEnding = true
      hold(true)
    },
  }
}
