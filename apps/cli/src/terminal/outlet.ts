import { once } from 'node:events'

/** One of the process's own streams, which may come to its end before the work does. */
export interface Outlet {
  /** Writes text as it is; nothing once the stream has failed. */
  write(text: string): void
  /** The same, and waits until there is room for more. Throws a `ClosedError` once the stream has failed. */
  writeAll(text: string): Promise<void>
  /** Waits until everything is written, and gives what kept it from that: `EPIPE` where whoever read it has gone. */
  end(): Promise<NodeJS.ErrnoException | undefined>
}

/** Nobody takes the text any more that was the whole result. */
export class ClosedError extends Error {
  override readonly name = 'ClosedError'
}

/** Takes a stream over: from now on its errors are kept here and end nothing. */
export function openOutlet(stream: NodeJS.WriteStream): Outlet {
  let failure: NodeJS.ErrnoException | undefined
  const fail = (error: NodeJS.ErrnoException) => {
    failure ??= error
  }
  stream.on('error', fail)
  const write = (text: string): boolean => {
    try {
      // A file is written at once, and some versions of Node throw what goes wrong then.
      return failure !== undefined || stream.write(text)
    } catch (error) {
      fail(error as NodeJS.ErrnoException)
      return true
    }
  }
  return {
    write: (text) => void write(text),
    async writeAll(text) {
      if (!write(text)) await once(stream, 'drain').catch(fail)
      if (failure) throw new ClosedError()
    },
    async end() {
      if (!failure && stream.writableLength > 0) await new Promise((resolve) => stream.write('', resolve))
      // An error is told in a turn of its own.
      await new Promise((resolve) => setImmediate(resolve))
      return failure
    },
  }
}
