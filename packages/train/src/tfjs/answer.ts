import { TrainError } from '../error.ts'

/** The child's side of `startChild`: answers calls by `methods`, one after the other, until the parent closes or is gone. */
export function answerParent(methods: Readonly<Record<string, (argument: never) => unknown>>): void {
  let previous: Promise<void> = Promise.resolve()

  async function answer({ id, method, argument }: { id: number; method: string; argument: never }): Promise<void> {
    try {
      process.send!({ id, result: await methods[method]!(argument) })
    } catch (error) {
      const detail = error instanceof TrainError && { code: error.code, params: error.params, message: error.message }
      process.send!({ id, error, ...(detail && { detail }) })
    }
  }

  process.on('message', (message: { id: number; method: string; argument: never }) => {
    previous = previous.then(() => (message.method === 'close' ? process.disconnect() : answer(message)))
  })
  process.on('disconnect', () => process.exit())
}
