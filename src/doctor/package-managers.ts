import type { DoctorHost } from './host.js';
import { findOnHost } from './programs.js';
import { nameOf } from './requirement.js';
import type { PackageManager, Requirement } from './requirement.js';

/** The package manager of a host. */
export interface HostPackages {
  /** Undefined on a system whose names for packages are not known here. */
  readonly manager: PackageManager | undefined;
  /** Its path, if zosia installs through it. */
  readonly installer: string | undefined;
}

/** os-release(5) identifiers, and what systems that call themselves like them install with. */
const MANAGER_BY_SYSTEM: Readonly<Record<string, PackageManager>> = {
  debian: 'apt',
  ubuntu: 'apt',
  fedora: 'dnf',
  rhel: 'dnf',
  centos: 'dnf',
  arch: 'pacman',
};

/** Only these are run; for the others the user is told the names. */
const INSTALLERS: Partial<Record<PackageManager, string>> = { apt: 'apt-get', brew: 'brew' };

export async function hostPackages(host: DoctorHost): Promise<HostPackages> {
  const manager =
    host.platform === 'darwin'
      ? await managerOfMac(host)
      : managerOf(await host.readText('/etc/os-release'));
  const program = manager && INSTALLERS[manager];
  return { manager, installer: program && (await findOnHost({ programs: [program] }, host)) };
}

/** Homebrew runs on Apple silicon alone since September 2026, and refuses to be installed on Intel Macs. */
async function managerOfMac(host: DoctorHost): Promise<PackageManager> {
  return host.nodeArch === 'x64' && !(await host.isTranslated()) ? 'port' : 'brew';
}

/** The package manager of a Linux system, by its os-release file. */
export function managerOf(osRelease: string): PackageManager | undefined {
  const field = (name: string): string =>
    new RegExp(`^${name}=["']?([^"'\\n]*)`, 'm').exec(osRelease)?.[1] ?? '';
  const systems = [field('ID'), ...field('ID_LIKE').split(/\s+/)];
  const known = systems.find((system) => Object.hasOwn(MANAGER_BY_SYSTEM, system));
  return known === undefined ? undefined : MANAGER_BY_SYSTEM[known];
}

/** The packages that bring what is required, each once, sorted. */
export function packagesFor(
  requirements: readonly Requirement[],
  manager: PackageManager | undefined,
): string[] {
  const names = requirements.map((requirement) =>
    // On an unknown system, its own name is the best guess.
    manager === undefined ? nameOf(requirement) : requirement.packages[manager],
  );
  return [...new Set(names)].sort();
}

/** What to type to install packages by hand. */
export function installCommand(
  packages: readonly string[],
  manager: PackageManager,
  asRoot: boolean,
): string {
  const sudo = asRoot ? '' : 'sudo ';
  const list = packages.join(' ');
  switch (manager) {
    case 'apt':
      return `${sudo}apt-get update && ${sudo}apt-get install -y --no-install-recommends ${list}`;
    case 'brew':
      return `brew install ${list}`;
    case 'dnf':
      return `${sudo}dnf install ${list}`;
    case 'pacman':
      return `${sudo}pacman -S ${list}`;
    case 'port':
      return `${sudo}port install ${list}`;
  }
}
