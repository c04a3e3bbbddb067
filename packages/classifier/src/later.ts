/** What puts a runtime's errors into sentences, loaded when there is an error: for pages. */
export const loadExplanations = (): Promise<typeof import('./explain.ts')> =>
  import('./explain.ts?later') as Promise<unknown> as Promise<typeof import('./explain.ts')>
