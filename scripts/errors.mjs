// @ts-check
// `node scripts/errors.mjs`: makes docs/errors.md out of what each package declares, the unions and maps of its codes with their comments.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'
import { root } from './workspace.mjs'

/**
 * A code as a package declares it, with the sentence about it; `source` is where.
 * @typedef {{ code: string, meaning: string, source: string }} Declared
 */

/** @typedef {{ folder: string, name: string, error: string, codes: Declared[] }} PackageErrors */

/** Every file of TypeScript below a folder. @param {string} folder */
export function sourcesIn(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && /(?<!\.d)\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

/** The codes of every package that has any, in the order of the folders. @returns {PackageErrors[]} */
export function declaredErrors() {
  const folders = ['packages', 'apps'].flatMap((kind) =>
    readdirSync(join(root, kind))
      .sort()
      .map((name) => `${kind}/${name}`),
  )
  return folders.flatMap((folder) => {
    const files = sourcesIn(join(root, folder, 'src'))
    const codes = files.flatMap(codesIn)
    if (codes.length === 0) return []
    const { name } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
    return [{ folder, name, error: classIn(files), codes }]
  })
}

/** The package's class: the one that everything else is told by. @param {string[]} files */
function classIn(files) {
  const named = (/** @type {string} */ parent) =>
    files.flatMap((file) => {
      const pattern = new RegExp(`^(?:export )?class (\\w+Error) extends ${parent}\\b`, 'gm')
      return [...readFileSync(file, 'utf8').matchAll(pattern)].map(([, name]) => name)
    })
  const known = [...named('CodedError'), ...named('Error')]
  return known.find((name) => name !== 'TransientError') ?? 'Error'
}

/** @param {string} file @returns {Declared[]} */
function codesIn(file) {
  const text = readFileSync(file, 'utf8')
  if (!/Error(Code|Params)\b/.test(text)) return []
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  return source.statements.flatMap((statement) => {
    if (ts.isInterfaceDeclaration(statement) && statement.name.text.endsWith('ErrorParams')) {
      return members(text, statement.members, (member) => member.name?.getText() ?? '', file)
    }
    if (!ts.isTypeAliasDeclaration(statement) || !statement.name.text.endsWith('ErrorCode')) return []
    const { type } = statement
    const literals = ts.isUnionTypeNode(type) ? type.types : [type]
    return members(text, literals, (node) => node.getText().replaceAll(/^'|'$/g, ''), file)
  })
}

/**
 * @template {ts.Node} Member
 * @param {string} text
 * @param {readonly Member[]} nodes
 * @param {(node: Member) => string} codeOf
 * @param {string} file
 * @returns {Declared[]}
 */
function members(text, nodes, codeOf, file) {
  let end = nodes[0]?.parent.getFullStart() ?? 0
  return nodes.flatMap((node) => {
    const before = text.slice(Math.min(end, node.getStart()), node.getStart())
    end = node.getEnd()
    const code = codeOf(node)
    if (!/^[A-Z]+_[A-Z_]+$/.test(code)) return []
    const comment = /\/\*\*((?:(?!\*\/).)*)\*\/\s*\|?\s*$/s.exec(before)?.[1] ?? ''
    const meaning = comment
      .replaceAll(/\n\s*\*/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim()
    return [{ code, meaning, source: relative(root, file) }]
  })
}

/** The whole page. */
export function errorsPage() {
  const sections = declaredErrors().map(({ folder, name, error, codes }) => {
    const rows = codes.map(({ code, meaning }) => `| \`${code}\` | ${meaning.replaceAll('|', '\\|')} |`)
    const heading = folder.startsWith('apps/') ? `${name}, the command` : `${name}: ${error}`
    return `## ${heading}\n\n| code | what is wrong, and what \`params\` holds |\n| --- | --- |\n${rows.join('\n')}\n`
  })
  return `# Errors by code

<!-- Made by \`node scripts/errors.mjs\` out of the packages' sources; tests/errors.test.ts makes it again. -->

Every package has one class of errors. An error has a \`code\` to go by, its \`params\` as plain data, and a message made of them; where there is something
to do, \`advice\` says it to who calls the package, \`sentence\` is the message without it. Codes and params stay, sentences may be worded anew: go by the
codes. \`instanceof\` and \`name\` hold whichever copy of a package made the error, ES module, CommonJS or minified. The command prints \`code\` and \`params\`
with \`--json\`. \`ClassifierError\`, which pages load, has neither \`sentence\` nor \`advice\`, and a \`code\` of \`busy\`, \`deadline\` or \`closed\` where
a call is not answered.

${sections.join('\n')}`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(join(root, 'docs/errors.md'), errorsPage())
}
