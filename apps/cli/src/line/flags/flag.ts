/** One flag of the command line: how the help writes it, an example that is valid, and how its text becomes a value. */
export interface Flag<T> {
  term: string
  help: string
  example: string
  /** Not there for a flag that takes no value. */
  parse?: (text: string) => T
  /** It may be given several times; its value is the list. */
  repeated?: true
  default?: T
}
