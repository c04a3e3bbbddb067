import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../scripts/workspace.mjs'

/** A block of TypeScript in a README that says it can be run. */
export interface Example {
  /** `packages/data/README.md:12`, the line of its first statement. */
  place: string
  code: string
  /** What its `console.log(…) // comments` say it prints, in order; `…` stands for anything. */
  prints: string[]
}

/** The blocks fenced as `ts` of every README; those fenced as `ts no-run` are not among them. */
export function examples(): Example[] {
  const folders = ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => `${group}/${name}/`),
  )
  return ['', ...folders].map((folder) => `${folder}README.md`).flatMap(examplesOf)
}

function examplesOf(file: string): Example[] {
  const text = readOrEmpty(join(root, file))
  return [...text.matchAll(/^```ts[^\S\n]*\n(.*?)^```/gms)].map(({ index, 1: code = '' }) => ({
    place: `${file}:${text.slice(0, index).split('\n').length + 1}`,
    code,
    prints: [...code.matchAll(/^\s*console\.log\(.*\) \/\/ (.+)$/gm)].map(([, comment]) => comment!),
  }))
}

/** The text, or nothing where there is no such file: that each package has its README is another test's matter. */
function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
