// @ts-check
// `npm test` and `npm run test:full`.
//   --full  also tests/full, which needs Python 3 or a C++ compiler
//   --rest  with --full: only that part, for when `npm test` has just run
import './node.mjs'

// Imported only now, because a Node that is too old may not even read it.
await import('./suite.mjs')
