// @ts-check
// Which calls of which sites are to fail, and how.

/** @typedef {{ site: string, call: number, fault: string }} Fault */

const unreadable = ['EIO', 'ESTALE']
const killed = 'SIGKILL'

/** What can befall each kind of call. @type {Record<string, string[]>} */
const faults = {
  open: ['EMFILE', 'EACCES', 'ESTALE'],
  create: ['EMFILE', 'EACCES', 'ENOSPC', killed],
  opendir: ['EMFILE', 'EIO'],
  readdir: ['EMFILE', 'EIO'],
  read: [...unreadable, 'short'],
  readv: unreadable,
  readFile: ['EMFILE', ...unreadable],
  stat: ['EACCES', 'ESTALE'],
  fstat: ['EIO'],
  statfs: ['EIO'],
  lstat: ['EACCES', 'EIO'],
  access: ['EACCES', 'EIO'],
  realpath: ['EACCES', 'EIO'],
  readlink: ['EACCES', 'EIO'],
  write: ['full', 'EIO', 'short', killed],
  writev: ['full', 'EIO', killed],
  writeFile: ['full', 'EIO', killed],
  appendFile: ['full', 'EIO', killed],
  copyFile: ['full', 'EIO', killed],
  sync: ['EIO', 'ENOSPC', killed],
  fsync: ['EIO', 'ENOSPC', killed],
  datasync: ['EIO', 'ENOSPC', killed],
  close: ['EIO'],
  mkdir: ['full', 'EACCES', killed],
  mkdtemp: ['full', 'EACCES', killed],
  rename: ['EXDEV', 'EPERM', 'EIO', killed],
  link: ['EXDEV', 'EPERM', killed],
  symlink: ['EPERM', killed],
  rm: ['EPERM', 'EIO', killed],
  rmdir: ['EPERM', killed],
  unlink: ['EPERM', killed],
  chmod: ['EPERM', killed],
  utimes: ['EPERM'],
  truncate: ['EPERM'],
  fetch: ['ECONNRESET', 'cut', killed],
  spawn: ['ENOENT'],
  stdout: ['EPIPE', 'ENOSPC'],
  stderr: ['EPIPE'],
}

/** What a site calls. @param {string} site */
export const kindOf = (site) => site.slice(0, site.indexOf(' '))

/** How often each site was reached, in the order in which they were. @param {string} trace */
export function sitesIn(trace) {
  /** @type {Map<string, number>} */
  const counts = new Map()
  for (const site of trace.split('\n')) if (site) counts.set(site, (counts.get(site) ?? 0) + 1)
  return counts
}

/** The first, a middle and the last call of each site, each with all that can befall it. @param {Map<string, number>} sites @returns {Fault[]} */
export const planned = (sites) =>
  [...sites].flatMap(([site, count]) =>
    [...new Set([1, Math.ceil(count / 2), count])].flatMap((call) =>
      (faults[kindOf(site)] ?? []).map((fault) => ({ site, call, fault })),
    ),
  )
