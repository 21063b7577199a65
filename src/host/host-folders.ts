import { homedir, userInfo } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';

/** Where a host has programs, and its user files, as the host's own variables say. */
export interface HostFolders {
  /** Where programs are looked for, in order: absolute folders. */
  readonly searchPath: readonly string[];
  /** Where zosia keeps what it has downloaded or found out. */
  readonly cacheDirectory: string;
  /** Where zosia keeps what its user wants to have for good. */
  readonly dataDirectory?: string | undefined;
  /** Where the user's settings of all programs lie. */
  readonly configDirectory?: string | undefined;
  /** Where Homebrew is, if its own variables say so. */
  readonly homebrewPrefix?: string | undefined;
}

/**
 * Reads `PATH`, `XDG_CACHE_HOME`, `XDG_CONFIG_HOME`, `XDG_DATA_HOME`, `HOME` and `HOMEBREW_PREFIX`: variables of the
 * host, of which none is zosia's own. By the XDG Base Directory Specification a relative XDG_CACHE_HOME, or
 * XDG_DATA_HOME, is to be ignored.
 *
 * @param env usually `process.env`
 */
export function hostFolders(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): HostFolders & { readonly dataDirectory: string } {
  const { PATH = '', XDG_CACHE_HOME = '', XDG_DATA_HOME = '' } = env;
  const { XDG_CONFIG_HOME, HOME, HOMEBREW_PREFIX } = env;
  return {
    searchPath: PATH.split(delimiter).filter(isAbsolute),
    cacheDirectory:
      platform === 'darwin'
        ? join(homeDirectory(), 'Library', 'Caches', 'zosia')
        : join(
            isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(homeDirectory(), '.cache'),
            'zosia',
          ),
    dataDirectory:
      platform === 'darwin'
        ? join(homeDirectory(), 'Library', 'Application Support', 'zosia')
        : join(
            isAbsolute(XDG_DATA_HOME) ? XDG_DATA_HOME : join(homeDirectory(), '.local', 'share'),
            'zosia',
          ),
    configDirectory: XDG_CONFIG_HOME ?? (HOME === undefined ? undefined : join(HOME, '.config')),
    homebrewPrefix: HOMEBREW_PREFIX === '' ? undefined : HOMEBREW_PREFIX,
  };
}

/** HOME, unless it is empty or relative: then what the system has for the user. */
export function homeDirectory(): string {
  const home = homedir();
  return isAbsolute(home) ? home : userInfo().homedir;
}
