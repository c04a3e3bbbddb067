/**
 * The environment of a Node process that `process.execPath` starts, with variables of its own. Under Electron that executable is the app itself, which is Node
 * only when told so.
 */
export const asNode = (own: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => ({
  ...process.env,
  ...own,
  ELECTRON_RUN_AS_NODE: '1',
})
