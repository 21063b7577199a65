import { APPLE_SILICON_FOLDER } from '../machine/qemu/macos.js';
import type { DoctorHost } from './host.js';
import type { RequiredProgram } from './requirements.js';

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

/** The path of a required program under any of its names, or undefined. */
export async function findProgram(
  required: RequiredProgram,
  host: DoctorHost,
): Promise<string | undefined> {
  for (const folder of searchFolders(required, host, await host.isTranslated())) {
    for (const program of required.programs) {
      const path = `${folder}/${program}`;
      if (await host.isExecutable(path)) return path;
    }
  }
  return undefined;
}

/** The path of a program on the PATH, or where Homebrew links it. */
export async function findOnPath(name: string, host: DoctorHost): Promise<string | undefined> {
  const folders = searchFolders({}, host, await host.isTranslated());
  for (const folder of folders) {
    if (await host.isExecutable(`${folder}/${name}`)) return `${folder}/${name}`;
  }
  return undefined;
}

function unique(folders: readonly string[]): string[] {
  return [...new Set(folders.map((folder) => folder.replace(/(.)\/+$/, '$1')))];
}
