// What a package is when it is published, where that differs from what it is in this clone.
const { published } = require('./scripts/published.cjs')

module.exports = { hooks: { beforePacking: published } }
