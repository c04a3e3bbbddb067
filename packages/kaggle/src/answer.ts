import { KaggleError } from './errors.ts'

/** Most bytes of an answer, unless an option says otherwise. */
export const usualAnswer = 2 ** 21

/** Lists go over many pages, which may have so many answers' bytes together. */
export const answersOfList = 128

/** The text of an answer, unpacked, read no further than `most` bytes. Throws a `KaggleError`, `KAGGLE_LIMIT`. */
export async function textWithin({ body }: Response, most: number): Promise<string> {
  const decoder = new TextDecoder()
  let [text, bytes] = ['', 0]
  if (!body) return text
  const reader = body.getReader()
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      bytes += read.value.length
      if (bytes > most) throw beyond('maxAnswer', most, `answered with more than ${most} bytes`)
      text += decoder.decode(read.value, { stream: true })
    }
  } finally {
    // What is left of it is not wanted.
    await reader.cancel().catch(() => {})
  }
  return text + decoder.decode()
}

/** The error about a server that goes on beyond what an option allows. */
export function beyond(option: 'maxAnswer' | 'maxPages', limit: number, what: string): KaggleError {
  const params = { option, limit }
  const advice = `Is this Kaggle? If it is right so, raise ${option}.`
  return new KaggleError(`The server ${what}.`, { code: 'KAGGLE_LIMIT', params, advice })
}
