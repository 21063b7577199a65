import { describe, expect, it } from 'vitest';
import { hasApt, runApt } from '../../src/artifacts/apt.js';
import { parseLock } from '../../src/artifacts/lock.js';
import { formatLock, resolveLock, snapshotTime } from '../../src/artifacts/update-lock.js';
import { REPOSITORY, testKeyring } from './repository.js';
import { temporaryFolder } from './samples.js';
import { skipWhere } from '../support/skipping.js';

describe('snapshotTime', () => {
  it('returns a time after that of the Release file, in UTC', () => {
    expect(snapshotTime('Sun, 31 Mar 2024 20:08:01 UTC')).toBe('20240401T020801Z');
  });

  it('throws when there is no date', () => {
    expect(() => snapshotTime('')).toThrow(expect.objectContaining({ code: 'ZOSIA_APT_FAILED' }));
  });
});

describe('resolveLock', skipWhere(!(await hasApt()), 'no apt here'), () => {
  it('pins the current versions of the suites for all architectures', async () => {
    const source = {
      baseUri: `file:${encodeURI(REPOSITORY)}`,
      run: runApt,
      keyring: await testKeyring(),
    };
    const lock = await resolveLock(source, await temporaryFolder());
    expect(parseLock(formatLock(lock), 'the new lock')).toEqual(lock);
    expect(lock.snapshot).toEqual({ bookworm: '20240210T161637Z', forky: '20240401T020801Z' });
    expect(lock.components.kernel.x86_64).toMatchObject([
      { name: 'linux-image-6.1.0-60-cloud-amd64', version: '6.1.200-1', suite: 'bookworm' },
    ]);
    expect(lock.components['kernel-source'].aarch64).toMatchObject([
      { name: 'linux-source-6.1', version: '6.1.200-1', architecture: 'all', suite: 'bookworm' },
    ]);
    expect(lock.components.llama.aarch64.at(-1)).toEqual({
      name: 'llama.cpp-tools',
      version: '1:0.8.0+dfsg-1',
      architecture: 'arm64',
      suite: 'forky',
      poolPath: 'pool/main/x/llama.cpp-tools/llama.cpp-tools_0.8.0+dfsg-1_arm64.deb',
      sizeBytes: 37,
      sha256: 'e80db7822906f33404b145283f8b33572639b8ffc1ef970beb8dd5b3330d105c',
    });
  });
});
