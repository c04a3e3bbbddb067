/** The names of a node and of its output. */
export function named(name: string, output: string): { name: string; outputs: string } {
  return { name, outputs: output }
}
