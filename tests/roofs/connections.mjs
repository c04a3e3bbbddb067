// @ts-check
// Where a command connects to, by strace (Linux).
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../../scripts/run.mjs'

/**
 * Runs a command and gives each address that it or a process of it has connected to or sent to without a connection, as `127.0.0.1:4873`, once. Sockets of
 * this machine's own kind (AF_UNIX) and those that only ask the kernel for its routes are no connections. Needs strace.
 * @param {string[]} command @param {{ cwd: string, env: NodeJS.ProcessEnv, traces: string }} options `traces` is an empty folder.
 * @returns {Promise<string[]>}
 */
export async function connectionsOf(command, { cwd, env, traces }) {
  const strace = ['-f', '-ff', '-qq', '-e', 'trace=connect,sendto,sendmsg,sendmmsg', '-o', join(traces, 'trace')]
  await run('strace', [...strace, ...command], { cwd, env })
  const files = readdirSync(traces)
  if (files.length === 0) throw new Error('strace has written nothing')
  return [...new Set(files.flatMap((file) => addressesIn(readFileSync(join(traces, file), 'utf8'))))].sort()
}

/** @param {string} trace */
function addressesIn(trace) {
  const pattern = /sin6?_port=htons\((\d+)\).*?(?:sin_addr=inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)")/g
  return [...trace.matchAll(pattern)].map(([, port, four, six]) => `${four ?? `[${six}]`}:${port}`)
}
