import { removeToken } from '@pixelrow/kaggle'
import type { Context } from '../../context.ts'
import { explaining } from '../../kaggle/session.ts'

/** `pixelrow logout`: removes the stored token. */
export async function run(context: Context): Promise<void> {
  const { terminal } = context
  const { removed, remaining } = await explaining(context, () => removeToken())
  terminal.json({ removed, remaining })
  terminal.result(removed.length ? `Removed ${removed.join(' and ')}` : 'No token was stored')
  if (remaining) terminal.note(`${remaining} still signs you in; it is left alone.`)
  if (removed.length) terminal.note('At Kaggle the token stays valid until you delete it there.')
}
