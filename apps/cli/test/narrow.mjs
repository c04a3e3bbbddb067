// Loaded with --import: standard output is taken for a terminal of 60 columns.
process.stdout.isTTY = true
process.stdout.columns = 60
