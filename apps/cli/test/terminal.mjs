// Loaded with --import: standard input and standard error are taken for a terminal, so that questions are asked.
for (const stream of [process.stdin, process.stderr]) stream.isTTY = true
process.stdin.setRawMode = () => process.stdin
