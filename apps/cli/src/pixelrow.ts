#!/usr/bin/env node
// Node opens all files that a module imports at once, which a shell that allows few of them refuses: what others need comes first.
await import('./line/errors.ts')
await import('./terminal/terminal.ts')
await import('./commands/predict/command.ts')
const { main } = await import('./main.ts')

await main(process.argv.slice(2))
