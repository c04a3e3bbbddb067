import { below, namesIn, textOf } from './files.ts'

/** The package managers whose commands are known. */
export type Manager = 'apt' | 'dnf' | 'pacman' | 'zypper'

/** The names of a package, by package manager. */
export type PackageNames = Readonly<Record<Manager, string>>

/** The manager of each distribution, by its own name or by that of one that it is like (`ID` and `ID_LIKE` of os-release). */
const managers: Readonly<Record<string, Manager>> = {
  debian: 'apt',
  ubuntu: 'apt',
  fedora: 'dnf',
  rhel: 'dnf',
  arch: 'pacman',
  suse: 'zypper',
  opensuse: 'zypper',
}

const install: Readonly<Record<Manager, string>> = {
  apt: 'apt install',
  dnf: 'dnf install',
  pacman: 'pacman -S',
  zypper: 'zypper install',
}

/** The names of the Linux distribution, the nearest first, such as `ubuntu`, `debian`; none elsewhere. */
export function distributions(root: string): string[] {
  const release = textOf(below(root, '/etc/os-release')) ?? ''
  const field = (name: string) => new RegExp(`^${name}="?([^"\n]*)`, 'm').exec(release)?.[1]?.split(' ') ?? []
  return [...field('ID'), ...field('ID_LIKE')].filter(Boolean)
}

/** The command that installs packages here; undefined for a distribution that is not known. */
export function installCommand(packages: readonly PackageNames[], root: string): string | undefined {
  const manager = distributions(root)
    .map((name) => managers[name])
    .find((each) => each !== undefined)
  if (!manager) return undefined
  const words = [install[manager], ...packages.map((names) => names[manager])].join(' ')
  // A container's image has no lists of packages.
  const hasLists = namesIn(below(root, '/var/lib/apt/lists')).some(
    (name) => name.endsWith('_Packages') || name.endsWith('.lz4'),
  )
  return `${manager === 'apt' && !hasLists ? `${sudo()}apt update && ` : ''}${sudo()}${words}`
}

/** `sudo `, which a container's root has not and does not need. */
export const sudo = (): string => (process.getuid?.() === 0 ? '' : 'sudo ')

/** What installs packages: the command, or a sentence where the distribution is not known. */
export function installFix(packages: readonly PackageNames[], root: string): string {
  const asked = packages.map((names) => names.apt).join(' and ')
  return (
    installCommand(packages, root) ?? `Install your distribution's packages of ${asked} (so they are called in Debian).`
  )
}
