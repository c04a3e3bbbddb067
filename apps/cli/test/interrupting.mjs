// Loaded with --import: a Ctrl-C at the very moment when standard error has said, one after the other, what the JSON array
// of patterns in INTERRUPT_AT says.
const patterns = JSON.parse(process.env.INTERRUPT_AT ?? '[]').map((source) => new RegExp(source))
const write = process.stderr.write.bind(process.stderr)
process.stderr.write = (text, ...rest) => {
  const wrote = write(text, ...rest)
  if (patterns[0]?.test(text)) {
    patterns.shift()
    if (patterns.length === 0) process.emit('SIGINT', 'SIGINT')
  }
  return wrote
}
