import { connect, findCredentials, type Kaggle, saveToken, tokenCredentials, tokenPage } from '@pixelrow/kaggle'
import type { Context } from '../../context.ts'
import { explaining, tellingOptions } from '../../kaggle/session.ts'
import { askSecret } from '../../line/ask.ts'
import { UsageError } from '../../line/errors.ts'
import { command } from '../../line/paste.ts'
import type { LoginOptions } from './command.ts'

/** `pixelrow login`: takes a token, asks Kaggle whose it is, and stores it where Kaggle's own client looks. */
export async function run(context: Context, flags: LoginOptions): Promise<void> {
  const { terminal, signal } = context
  terminal.note(`Create a token at ${tokenPage} and paste it here; it is not shown.`)
  context.undone = 'no token was stored'
  const source = process.stdin.isTTY ? 'the terminal' : 'standard input'
  const token = await askSecret(context, 'Token: ')
  signal.throwIfAborted()
  if (!token)
    throw new UsageError('No token was given', `${command('login')}, and paste it; or ${command('login')} < FILE`, {
      code: 'CLI_TOKEN_MISSING',
      params: { source },
    })
  await explaining(context, async () => {
    const kaggle = await connect({ ...tellingOptions(context), credentials: tokenCredentials(token, source) })
    const { username } = await kaggle.whoAmI({ signal })
    signal.throwIfAborted()
    const file = await saveToken(token)
    context.undone = undefined
    context.kept.push(file)
    terminal.result(`Signed in as ${username || 'a user whose name Kaggle does not say'}; the token is in ${file}`)
    await tellOthers(context, file)
    const competition = await tellRules(context, kaggle, flags.competition)
    terminal.json({ username, file, ...competition })
  })
}

/** Another source may come before the file that was just written. */
async function tellOthers({ terminal }: Context, file: string): Promise<void> {
  const { source } = await findCredentials()
  if (file.endsWith(source.replace(/^~/, ''))) return
  terminal.note(`${source} comes before it and is used instead: remove that, and this token counts.`)
}

async function tellRules({ terminal, signal }: Context, kaggle: Kaggle, slug: string) {
  const { joined, rulesUrl } = await kaggle.competition(slug, { signal })
  if (joined) terminal.result(`The rules of ${slug} are accepted`)
  else terminal.result(`The rules of ${slug} are not accepted yet: open ${rulesUrl}`)
  return { competition: slug, joined, rulesUrl }
}
