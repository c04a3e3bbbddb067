// @ts-check
// `npm run docs`: the reference of every package's exports, made by typedoc into docs/reference. A warning is a failure: an export without
// a docstring, a link that leads nowhere, a type that is used and not exported.
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Application, Comment } from 'typedoc'
import { root, workspaces } from './workspace.mjs'

const out = join(root, 'docs', 'reference')

/** By the name that one imports, the source behind each entry of a package's `exports`, and what the package is. */
const entries = new Map(
  workspaces().flatMap(({ folder, name, manifest }) =>
    Object.entries(manifest.exports ?? {}).flatMap(([path, conditions]) => {
      const types = conditions.import?.types
      if (!types) return []
      const source = join(root, folder, types.replace('dist/', 'src/').replace(/\.d\.ts$/, ''))
      const file = [`${source}.ts`, join(source, 'index.ts')].find((each) => existsSync(each))
      if (!file) throw new Error(`${folder}/package.json exports ${path}, and there is no ${source}.ts.`)
      const imported = join(name, path).replaceAll('\\', '/')
      return [[file, { name: imported, description: `${manifest.description}.` }]]
    }),
  ),
)

const app = await Application.bootstrap({
  name: 'pixelrow',
  entryPoints: [...entries.keys()],
  tsconfig: join(root, 'tsconfig.docs.json'),
  readme: 'none',
  // Every export itself; a member needs a sentence where its name does not say it all.
  requiredToBeDocumented: ['Class', 'Enum', 'Function', 'Interface', 'TypeAlias', 'Variable'],
  validation: { notExported: true, invalidLink: true, notDocumented: true },
  // What the build copies into the packages is no entry of any.
  intentionallyNotExported: ['common/options.ts:Rules', 'common/options.ts:OptionFault', 'common/error.ts:ErrorData'],
  excludeExternals: true,
  disableGit: true,
  sourceLinkTemplate: '../../{path}',
  sort: ['source-order'],
})
const project = await app.convert()
if (project) {
  for (const module of project.children ?? []) {
    const entry = entries.get(module.sources?.[0]?.fullFileName ?? '')
    if (!entry) continue
    module.name = entry.name
    module.comment ??= new Comment([{ kind: 'text', text: entry.description }])
  }
  app.validate(project)
  rmSync(out, { recursive: true, force: true })
  await app.generateDocs(project, out)
}
const { warningCount, errorCount } = app.logger
console.log(`${entries.size} entries, ${warningCount} warnings, ${errorCount} errors`)
process.exitCode = project && warningCount + errorCount === 0 ? 0 : 1
