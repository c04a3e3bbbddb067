// What a package is when it is published, where that differs from what it is in this clone.
const { forRelease } = require('./scripts/runtime/manifest.cjs')

module.exports = { hooks: { beforePacking: forRelease } }
