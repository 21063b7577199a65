import { copyFile, mkdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { fetchComponents } from '../../src/artifacts/fetch.js';
import type { FetchedPackage } from '../../src/artifacts/fetch.js';
import { digestBytes } from '../../src/host/digest.js';
import { verifyProvenance } from '../../src/provenance/verify-provenance.js';
import { defaultPlaces } from '../../src/recipes/places.js';
import type { GuestRole } from '../../src/recipes/places.js';
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

  const build = (kernel?: 'zosia' | 'debian', role?: GuestRole) =>
    linuxGuest({
      arch,
      kernel,
      role,
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
    expect(digestBytes(await readFile(guest.uefiKernel))).toBe(digest);
    expect(guest.kernel === guest.uefiKernel).toBe(arch === 'aarch64');
    expect(await build('zosia')).toEqual({ ...guest, built: false });
  });

  it('needs two packages more for workers and their head, which lie beside it', async () => {
    const before = await build();
    const stamp = await stat(before.kernel);
    await expect(build('zosia', 'head')).rejects.toThrow(zosiaError('ZOSIA_OFFLINE'));
    await expect(build('zosia', 'worker')).rejects.toThrow(zosiaError('ZOSIA_OFFLINE'));

    const rpc = await fetchComponents({
      arch,
      components: ['llama-rpc'],
      cacheDir: HOST.cacheDirectory,
    });
    for (const { path } of rpc)
      await copyFile(path, folder.file(`cache/packages/${basename(path)}`));
    for (const role of ['head', 'worker'] as const) {
      const guest = await build('zosia', role);
      expect(guest).toEqual({ ...before, initramfs: guest.initramfs, built: true });
      expect(basename(guest.initramfs)).toBe(`${role}.cpio`);
      expect(await build('zosia', role)).toEqual({ ...guest, built: false });
      const { problems } = await verifyProvenance(guest.initramfs, {
        cacheDir: folder.file('cache'),
        offline: true,
      });
      expect(problems).toEqual([]);
    }
    // Kernels that were there stay, and so does the guest that has no workers.
    expect((await stat(before.kernel)).mtimeMs).toBe(stamp.mtimeMs);
    expect(await build()).toEqual({ ...before, built: false });
  });

  it("needs Debian's package for Debian's kernel", async () => {
    await expect(build('debian')).rejects.toThrow(zosiaError('ZOSIA_OFFLINE'));
  });
});
