import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import ts from 'typescript'
import { root } from '../scripts/workspace.mjs'

/** One module specifier of a source file. */
export interface Import {
  specifier: string
  /** 1-based. */
  line: number
  /** `type` leaves nothing in the built file, `dynamic` is an `import()` or a `require()` that runs when it is reached. */
  kind: 'static' | 'dynamic' | 'type'
}

/** Every module that a TypeScript file names: imports and re-exports, `import type`, `import('x').T`, `import()`, `require()`. */
export function importsOf(file: string): Import[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
  const found: Import[] = []
  const visit = (node: ts.Node) => {
    const specifier = specifierOf(node)
    if (specifier) {
      const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1
      found.push({ specifier: specifier.text, line, kind: kindOf(node) })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** TypeScript files under a folder of a package, relative to the root. */
export function sourcesOf(folder: string, inside: string): string[] {
  const start = join(root, folder, inside)
  if (!existsSync(start)) return []
  return readdirSync(start, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.[mc]?tsx?$/.test(file))
    .map((file) => posix.join(folder, inside, file.replaceAll('\\', '/')))
}

/** Which of `files` a file names by a path, whatever stands behind it (`./x.worker.ts?source`); paths are relative to the root. */
export function importsBetween(file: string, files: readonly string[]): string[] {
  const named = importsOf(join(root, file)).map(({ specifier }) =>
    posix.join(posix.dirname(file), specifier.replace(/\?.*/, '')),
  )
  return files.filter((other) => named.includes(other))
}

function specifierOf(node: ts.Node): ts.StringLiteralLike | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return literal(node.moduleSpecifier)
  if (ts.isExternalModuleReference(node)) return literal(node.expression)
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return literal(node.argument.literal)
  if (ts.isCallExpression(node) && isLoad(node.expression)) return literal(node.arguments[0])
  return undefined
}

/** `import(…)`, `require(…)`, `require.resolve(…)`, `createRequire(…).resolve(…)`, `import.meta.resolve(…)`. */
function isLoad(callee: ts.Expression): boolean {
  if (ts.isPropertyAccessExpression(callee))
    return (
      callee.name.text === 'resolve' &&
      /^(require|import\.meta|(nodeModule\.)?createRequire\(.*\))$/.test(callee.expression.getText())
    )
  return callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require')
}

function literal(node: ts.Node | undefined): ts.StringLiteralLike | undefined {
  return node && ts.isStringLiteralLike(node) ? node : undefined
}

function kindOf(node: ts.Node): Import['kind'] {
  if (ts.isImportTypeNode(node)) return 'type'
  if (ts.isCallExpression(node)) return 'dynamic'
  if (ts.isExportDeclaration(node)) return node.isTypeOnly ? 'type' : 'static'
  if (ts.isImportDeclaration(node)) {
    const clause = node.importClause
    const named = clause?.namedBindings
    const onlyTypes =
      named && ts.isNamedImports(named) && named.elements.length > 0 && named.elements.every((each) => each.isTypeOnly)
    return clause?.isTypeOnly || (onlyTypes && !clause?.name) ? 'type' : 'static'
  }
  return 'static'
}
