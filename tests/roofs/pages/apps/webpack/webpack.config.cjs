module.exports = { mode: 'production', entry: './main.js', stats: 'errors-warnings', performance: false }
