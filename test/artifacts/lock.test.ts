import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../src/artifacts/architectures.js';
import { lockedPackages, parseLock, readLock } from '../../src/artifacts/lock.js';
import { formatLock } from '../../src/artifacts/update/resolve-lock.js';
import { sampleLock, samplePackage, temporaryFolder } from './samples.js';

const sample = sampleLock([samplePackage('linux-image', 'k')], [samplePackage('libc6', 'c')]);

/** The sample with one value replaced, at a path such as `components.kernel.aarch64.0.name`. */
function mutated(path: string, value: unknown): string {
  const copy: unknown = JSON.parse(formatLock(sample));
  const names = path.split('.');
  const last = names.pop()!;
  let place = copy as Record<string, unknown>;
  for (const name of names) place = place[name] as Record<string, unknown>;
  // What is undefined does not come through JSON.
  place[last] = value;
  return JSON.stringify(copy);
}

describe('the lock file of the package', () => {
  it('pins kernel and llama.cpp for both architectures', async () => {
    const lock = await readLock();
    for (const arch of ['aarch64', 'x86_64'] as const) {
      const packages = lockedPackages(lock, arch, ['kernel', 'llama']);
      const names = packages.map(({ component, name }) => `${component} ${name}`);
      expect(names).toEqual([
        expect.stringMatching(/^kernel linux-image-6\.1\.0-\d+-cloud-(arm64|amd64)$/),
        'llama libc-bin',
        'llama libc6',
        'llama libgcc-s1',
        'llama libggml0',
        'llama libgomp1',
        'llama libllama0',
        'llama libssl3t64',
        'llama libstdc++6',
        'llama libzstd1',
        'llama llama.cpp-tools',
        'llama zlib1g',
      ]);
    }
  });

  it('pins the source of the packaged kernel, once for both architectures', async () => {
    const lock = await readLock();
    const sources = ARCHITECTURES.map((arch) => lockedPackages(lock, arch, ['kernel-source']));
    expect(sources[0]).toEqual(sources[1]);
    const [kernel] = lockedPackages(lock, 'x86_64', ['kernel']);
    expect(sources[0]).toMatchObject([
      { name: 'linux-source-6.1', architecture: 'all', version: kernel!.version },
    ]);
  });
});

describe('parseLock', () => {
  it('returns what was written', () => {
    expect(parseLock(formatLock(sample), 'x')).toEqual(sample);
  });

  it.each([
    ['schema', 2, 'schema'],
    ['snapshot', undefined, 'lacks "snapshot"'],
    ['snapshot.forky', '2024-03-31', 'snapshot.forky'],
    ['components.kernel', [], 'components.kernel is a list, not an object'],
    ['components.kernel.aarch64', [], 'lists no package'],
    ['components.kernel.aarch64', null, 'lists no package'],
    ['components.extra', {}, 'unknown member "extra"'],
    ['components.kernel.aarch64.0', 'x', 'aarch64[0] is "x", not an object'],
    ['components.kernel.aarch64.0.name', '../x', 'aarch64[0].name'],
    ['components.kernel.aarch64.0.version', '1.0 x', 'aarch64[0].version'],
    [
      'components.kernel.aarch64.0.architecture',
      'amd64',
      'aarch64 has linux-image, which is for amd64',
    ],
    ['components.kernel.aarch64.0.architecture', 'all', 'linux-image, which is for all'],
    ['components.kernel.aarch64.0.suite', 'sid', 'suite is "sid", not "bookworm" or "forky"'],
    ['components.kernel.aarch64.0.poolPath', 'pool/../../etc/x.deb', 'poolPath'],
    ['components.kernel.aarch64.0.poolPath', '/etc/x.deb', 'poolPath'],
    ['components.kernel.aarch64.0.poolPath', 'pool//x.deb', 'poolPath'],
    ['components.kernel.aarch64.0.poolPath', 'pool/x?y.deb', 'poolPath'],
    [
      'components.kernel.aarch64.0.sizeBytes',
      0,
      'sizeBytes is 0, not a whole number from 1 to 1073741824',
    ],
    ['components.kernel.aarch64.0.sizeBytes', 1.5, 'sizeBytes'],
    ['components.kernel.aarch64.0.sizeBytes', 2 ** 30 + 1, 'sizeBytes'],
    ['components.kernel.aarch64.0.sizeBytes', '1', 'sizeBytes'],
    ['components.kernel.aarch64.0.sha256', 'A'.repeat(64), 'sha256'],
    ['components.kernel.aarch64.0.sha256', 'a'.repeat(63), 'sha256'],
    ['components.kernel.aarch64.0.sha256', undefined, 'lacks "sha256"'],
  ])('rejects %s = %j', (path, value, expected) => {
    expect(() => parseLock(mutated(path, value), 'the.lock')).toThrow(
      expect.objectContaining({
        code: 'ZOSIA_LOCK_INVALID',
        message: expect.stringContaining(expected),
        hint: expect.any(String),
      }),
    );
  });

  it('rejects a package that is listed twice', () => {
    const twice = sampleLock(
      [samplePackage('linux-image', 'k')],
      [samplePackage('libc6', 'c'), samplePackage('libc6', 'd')],
    );
    expect(() => parseLock(formatLock(twice), 'the.lock')).toThrow('aarch64 has libc6 twice');
  });
});

describe('readLock', () => {
  it('reports a missing file, and one that is not JSON', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'a.lock.json');
    await expect(readLock(path)).rejects.toMatchObject({
      code: 'ZOSIA_LOCK_INVALID',
      message: `${path} cannot be read: it does not exist (ENOENT)`,
    });
    await writeFile(path, '{ "schema": ');
    await expect(readLock(path)).rejects.toMatchObject({
      code: 'ZOSIA_LOCK_INVALID',
      message: expect.stringMatching(/a\.lock\.json: it is not JSON \(.*\)$/),
    });
  });
});
