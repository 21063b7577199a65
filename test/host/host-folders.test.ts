import { isAbsolute } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { hostFolders } from '../../src/host/host-folders.js';

describe('hostFolders', () => {
  it('takes the absolute folders of the PATH, in order', () => {
    expect(hostFolders({ PATH: 'bin::/a/:/usr/bin:.' }).searchPath).toEqual(['/a/', '/usr/bin']);
    expect(hostFolders({}).searchPath).toEqual([]);
  });

  it("keeps its cache in the host's place for caches", () => {
    const { cacheDirectory } = hostFolders({ XDG_CACHE_HOME: '/some/where' }, 'linux');
    expect(cacheDirectory).toBe('/some/where/zosia');
    expect(hostFolders({}, 'darwin').cacheDirectory).toMatch(/\/Library\/Caches\/zosia$/);
  });

  it.each(['', 'here', './here'])('ignores a relative XDG_CACHE_HOME: %j', (XDG_CACHE_HOME) => {
    const usual = hostFolders({}, 'linux').cacheDirectory;
    expect(usual).toMatch(/^\/.*\/\.cache\/zosia$/);
    expect(hostFolders({ XDG_CACHE_HOME }, 'linux').cacheDirectory).toBe(usual);
  });

  it("finds the user's settings, and Homebrew where it is named", () => {
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

  it.each(['zosia', 'zosia_cache', 'ram_mb'])('reads no variable of zosia: %s', (name) => {
    const env = { [name.toUpperCase()]: '/x', HOME: '/me' };
    expect(hostFolders(env, 'linux')).toEqual(hostFolders({ HOME: '/me' }, 'linux'));
  });
});

describe('a HOME that is empty or relative', () => {
  afterEach(() => void vi.unstubAllEnvs());

  it.each(['', 'here'])('gives no cache that depends on the current folder: %j', (home) => {
    vi.stubEnv('HOME', home);
    for (const platform of ['linux', 'darwin'] as const) {
      expect(isAbsolute(hostFolders({}, platform).cacheDirectory)).toBe(true);
    }
  });
});
