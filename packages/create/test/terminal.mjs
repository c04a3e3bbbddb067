// Loaded with --import: standard input and output are taken for a terminal, so that questions are asked.
for (const stream of [process.stdin, process.stdout]) stream.isTTY = true
process.stdin.setRawMode = () => process.stdin
