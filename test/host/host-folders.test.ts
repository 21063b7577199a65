import { isAbsolute } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { hostFolders } from '../../src/host/host-folders.js';

describe('hostFolders', () => {
  it('returns the absolute folders of the PATH, in order', () => {
    expect(hostFolders({ PATH: 'bin::/a/:/usr/bin:.' }).searchPath).toEqual(['/a/', '/usr/bin']);
    expect(hostFolders({}).searchPath).toEqual([]);
  });

  it("returns a cache folder in the host's folder for caches", () => {
    const { cacheDirectory } = hostFolders({ XDG_CACHE_HOME: '/some/where' }, 'linux');
    expect(cacheDirectory).toBe('/some/where/zosia');
    expect(hostFolders({}, 'darwin').cacheDirectory).toMatch(/\/Library\/Caches\/zosia$/);
  });

  it.each(['', 'here', './here'])('ignores a relative XDG_CACHE_HOME: %j', (XDG_CACHE_HOME) => {
    const usual = hostFolders({}, 'linux').cacheDirectory;
    expect(usual).toMatch(/^\/.*\/\.cache\/zosia$/);
    expect(hostFolders({ XDG_CACHE_HOME }, 'linux').cacheDirectory).toBe(usual);
  });

  it("returns the user's settings folder, and the Homebrew prefix if it is set", () => {
    expect(hostFolders({ HOME: '/me', HOMEBREW_PREFIX: '' })).toMatchObject({
      configDirectory: '/me/.config',
      homebrewPrefix: undefined,
    });
    const named = { HOME: '/me', XDG_CONFIG_HOME: '/settings', HOMEBREW_PREFIX: '/brew' };
    expect(hostFolders(named)).toMatchObject({
      configDirectory: '/settings',
      homebrewPrefix: '/brew',
    });
    expect(hostFolders({}).configDirectory).toBeUndefined();
  });

  it.each(['zosia', 'zosia_cache', 'ram_mb'])('ignores a variable of zosia: %s', (name) => {
    const env = { [name.toUpperCase()]: '/x', HOME: '/me' };
    expect(hostFolders(env, 'linux')).toEqual(hostFolders({ HOME: '/me' }, 'linux'));
  });
});

describe('hostFolders with an empty or relative HOME', () => {
  afterEach(() => void vi.unstubAllEnvs());

  it.each(['', 'here'])('returns an absolute cache folder: %j', (home) => {
    vi.stubEnv('HOME', home);
    for (const platform of ['linux', 'darwin'] as const) {
      expect(isAbsolute(hostFolders({}, platform).cacheDirectory)).toBe(true);
    }
  });
});
