import { findProgram } from '../host/programs.js';
import { APPLE_SILICON_FOLDER } from '../machine/qemu/macos.js';
import type { DoctorHost } from './host.js';
import type { RequiredProgram } from './requirement.js';

/** Where Homebrew lives by default: on Apple silicon, on Intel Macs as long as it ran there, and on Linux. */
const HOMEBREW_PREFIXES = ['/opt/homebrew', '/usr/local', '/home/linuxbrew/.linuxbrew'];

/** Where Debian has programs for administrators, which are not on everyone's PATH. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Where MacPorts has its programs. */
const MACPORTS_FOLDERS = ['/opt/local/bin', '/opt/local/sbin'];

/** Folders of Homebrew, without calling it: the one its environment names comes first. */
export function homebrewPrefixes(named: string | undefined): string[] {
  return [...new Set([...(named === undefined ? [] : [named]), ...HOMEBREW_PREFIXES])];
}

/**
 * The folders in which a required program counts as installed, in order.
 *
 * @param translated whether this process runs under Rosetta
 */
export function searchFolders(
  { kegs = [], notFromMacos }: Pick<RequiredProgram, 'kegs' | 'notFromMacos'>,
  { platform, folders }: Pick<DoctorHost, 'platform' | 'folders'>,
  translated = false,
): string[] {
  const prefixes = homebrewPrefixes(folders.homebrewPrefix);
  const kegFolders = prefixes.flatMap((prefix) => kegs.map((keg) => `${prefix}/opt/${keg}`));
  const shared = [...folders.searchPath, ...SYSTEM_FOLDERS];
  const linked = prefixes.map((prefix) => `${prefix}/bin`);
  if (platform !== 'darwin') return unique([...shared, ...linked, ...kegFolders]);
  const ofMacos = new Set(['/usr/bin', '/bin', '/usr/sbin', '/sbin']);
  const usable = notFromMacos ? shared.filter((folder) => !ofMacos.has(folder)) : shared;
  // Under Rosetta the PATH may lead to programs that are themselves for Intel.
  const preferred = translated ? [APPLE_SILICON_FOLDER] : [];
  return unique([...preferred, ...usable, ...linked, ...kegFolders, ...MACPORTS_FOLDERS]);
}

/** The path of a program that a host has where {@link searchFolders} says, under any of its names. */
export async function findOnHost(
  required: Pick<RequiredProgram, 'programs' | 'kegs' | 'notFromMacos'>,
  host: DoctorHost,
): Promise<string | undefined> {
  const folders = searchFolders(required, host, await host.isTranslated());
  return findProgram(required.programs, folders, (path) => host.isExecutable(path));
}

function unique(folders: readonly string[]): string[] {
  return [...new Set(folders.map((folder) => folder.replace(/(.)\/+$/, '$1')))];
}
