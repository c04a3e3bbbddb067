/**
 * Makes docs/tutorial.md out of tutorial.ts and what it prints: `tsx make_tutorial.ts [FOLDER]`, by default ../docs.
 * Lines that begin with `//` are prose; everything else is code, and its output follows it.
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface Block {
  kind: 'prose' | 'code'
  text: string
}

/** Separates the outputs of the code blocks. */
const MARK = '\u001e'
const here = import.meta.dirname
const notice = '<!-- Made by examples/make_tutorial.ts from examples/tutorial.ts. Change that file, not this one. -->'

function blocksOf(source: string): Block[] {
  const blocks: Block[] = []
  for (const line of source.split('\n')) {
    const last = blocks.at(-1)
    const kind = line.startsWith('//') ? 'prose' : 'code'
    const text = line.replace(/^\/\/ ?/, '')
    if (last && (last.kind === kind || line === '')) last.text += `\n${text}`
    else blocks.push({ kind, text })
  }
  return blocks.map(({ kind, text }) => ({ kind, text: text.trim() }))
}

/** Runs the blocks as one program in `folder`; gives what each code block printed. */
function outputsOf(blocks: Block[], folder: string): string[] {
  const marked = blocks.map(({ kind, text }) => (kind === 'code' ? `console.log('${MARK}')\n${text}` : ''))
  // Beside the tutorial, where its imports are found.
  const program = join(here, `.tutorial.${process.pid}.ts`)
  try {
    writeFileSync(program, marked.join('\n'))
    const args = ['--import', import.meta.resolve('tsx'), program]
    const output = execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
    return output.split(`${MARK}\n`).slice(1)
  } finally {
    rmSync(program, { force: true })
  }
}

/** Interleaves prose, code and output. */
function markdownOf(blocks: Block[], outputs: string[]): string {
  const remaining = [...outputs]
  const fenced = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\``
  const parts = blocks.flatMap(({ kind, text }) => {
    if (kind === 'prose') return [text]
    const output = remaining.shift()!.replace(/^\n+|\s+$/g, '')
    return output ? [fenced('ts', text), fenced('text', output)] : [fenced('ts', text)]
  })
  return `${[notice, ...parts].join('\n\n')}\n`
}

const folder = process.argv[2] ?? join(here, '../docs')
const work = mkdtempSync(join(tmpdir(), 'pixelrow-tutorial-'))
try {
  const blocks = blocksOf(readFileSync(join(here, 'tutorial.ts'), 'utf8'))
  const markdown = markdownOf(blocks, outputsOf(blocks, work))
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'tutorial.md'), markdown)
  copyFileSync(join(work, 'accuracy.svg'), join(folder, 'accuracy.svg'))
} finally {
  rmSync(work, { recursive: true, force: true })
}
