/** Variables that hold what nobody else may know. */
const secretVariables = ['KAGGLE_API_TOKEN', 'KAGGLE_KEY'] as const

/** A word of the command line, or a path, as it may be written down: without what an address tells a server alone, and without a token. */
export function withoutSecrets(word: string, env: NodeJS.ProcessEnv = process.env): string {
  const tokens = secretVariables.map((name) => env[name] ?? '').filter((value) => value.length > 0)
  const bare = word.replace(/\b(https?:\/\/)([^\s/?#]*@)?([^\s?#]*)([?#]\S*)?/gi, (_, scheme, __, place, query) =>
    [scheme, place, query === undefined ? '' : `${query[0]}…`].join(''),
  )
  return tokens.reduce((text, token) => text.replaceAll(token, '…'), bare)
}
