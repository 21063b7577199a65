import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { fetchComponents } from '../../src/artifacts/fetch.js';
import type { FetchedPackage } from '../../src/artifacts/fetch.js';
import { sha256 } from '../../src/image/sha256.js';
import { defaultPlaces } from '../../src/recipes/places.js';
import { linuxGuest } from '../../src/recipes/linux-guest.js';
import { readKernelRecord } from '../../src/toolchain/kernel/record.js';
import { zosiaError } from '../support/errors.js';
import { HOST } from '../support/host.js';
import { temporaryFolder } from '../support/temporary.js';

const MOST_DOWNLOADED_BYTES = 15_000_000;

describe.each(['aarch64', 'x86_64'] as const)('linuxGuest for %s', (arch) => {
  const folder = temporaryFolder();
  let llama: FetchedPackage[];
  beforeAll(async () => {
    const { cacheDirectory: cacheDir } = HOST;
    llama = await fetchComponents({ arch, components: ['llama'], cacheDir });
    const packages = folder.file('cache/packages');
    await mkdir(packages, { recursive: true });
    for (const { path } of llama) await copyFile(path, join(packages, basename(path)));
  });

  const build = (kernel?: 'zosia' | 'debian') =>
    linuxGuest({
      arch,
      kernel,
      offline: true,
      places: defaultPlaces(folder.path),
      cacheDir: folder.file('cache'),
    });

  it('needs nothing but llama.cpp, and that is less than 15 MB', async () => {
    const bytes = llama.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    expect(bytes).toBeLessThan(MOST_DOWNLOADED_BYTES);
    const guest = await build();
    expect(guest.built).toBe(true);
    const { sha256: digest } = (await readKernelRecord())[arch];
    expect(sha256(await readFile(guest.uefiKernel))).toBe(digest);
    expect(guest.kernel === guest.uefiKernel).toBe(arch === 'aarch64');
    expect(await build('zosia')).toEqual({ ...guest, built: false });
  });

  it("needs Debian's package for Debian's kernel", async () => {
    await expect(build('debian')).rejects.toThrow(zosiaError('ZOSIA_OFFLINE'));
  });
});
