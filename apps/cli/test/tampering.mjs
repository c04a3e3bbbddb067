// Replaces text in the command's own modules as they are loaded: TAMPER is [from, to].
import { register } from 'node:module'

register(
  `data:text/javascript,${encodeURIComponent(`
    const [from, to] = JSON.parse(process.env.TAMPER)
    export async function load(url, context, next) {
      const loaded = await next(url, context)
      const text = url.includes('/apps/cli/dist/') ? String(loaded.source) : ''
      return text.includes(from) ? { ...loaded, source: text.replaceAll(from, to) } : loaded
    }
  `)}`,
)
