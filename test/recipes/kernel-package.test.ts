import { execFile } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { GUEST_MODULES } from '../../src/recipes/guest-modules.js';
import { readKernelPackage } from '../../src/recipes/kernel-package.js';
import { buildElf } from '../formats/elf/build.js';
import { zosiaError } from '../support/errors.js';
import { describeWithPrograms } from '../support/programs.js';
import { temporaryFolder } from '../support/temporary.js';

const run = promisify(execFile);
const MODULES = '/lib/modules/6.1.0-test';

const module = (name: string, ...depends: string[]): Uint8Array =>
  buildElf({
    sections: [['.modinfo', Buffer.from(`name=${name}\0depends=${depends.join(',')}\0`)]],
  });

const KERNEL = {
  '/boot/vmlinuz-6.1.0-test': Buffer.from('kernel'),
  [`${MODULES}/kernel/virtio_pci.ko`]: module('virtio_pci', 'virtio_ring'),
  [`${MODULES}/kernel/virtio_ring.ko`]: module('virtio_ring'),
  [`${MODULES}/kernel/virtio_blk.ko`]: module('virtio_blk', 'virtio_ring'),
  [`${MODULES}/kernel/virtio_console.ko`]: module('virtio_console'),
  [`${MODULES}/kernel/dm_mod.ko`]: module('dm_mod'),
  [`${MODULES}/kernel/unrelated.ko`]: module('unrelated'),
  [`${MODULES}/modules.builtin`]: Buffer.from('kernel/drivers/virtio/virtio_mmio.ko\n'),
};

describeWithPrograms(['dpkg-deb'], 'readKernelPackage', () => {
  const folder = temporaryFolder();

  /** Packs files with dpkg-deb. */
  async function pack(name: string, files: Record<string, Uint8Array>): Promise<string> {
    const tree = folder.file(name);
    const control = 'Package: k\nVersion: 1\nArchitecture: all\nMaintainer: n\nDescription: d\n';
    for (const [path, bytes] of Object.entries({
      ...files,
      '/DEBIAN/control': Buffer.from(control),
    })) {
      await mkdir(dirname(join(tree, path)), { recursive: true });
      await writeFile(join(tree, path), bytes);
    }
    // dpkg-deb requires this mode, whatever the umask.
    await chmod(join(tree, 'DEBIAN'), 0o755);
    await run('dpkg-deb', ['-b', '--root-owner-group', tree, `${tree}.deb`]);
    return `${tree}.deb`;
  }

  it('returns the kernel, and the modules of the guest in the order of their dependencies', async () => {
    const { kernel, modules } = await readKernelPackage(await pack('whole', KERNEL));
    expect(Buffer.from(kernel).toString()).toBe('kernel');
    const order = modules.map(({ path }) => path);
    expect(order.map((path) => path.split('/').at(-1))).toEqual([
      'virtio_ring.ko',
      'virtio_pci.ko',
      'virtio_blk.ko',
      'virtio_console.ko',
      'dm_mod.ko',
    ]);
    expect(order.every((path) => path.startsWith(`/usr${MODULES}/kernel/`))).toBe(true);
  });

  it.each(GUEST_MODULES)('rejects a package without %s', async (name) => {
    const files = Object.entries(KERNEL).filter(([path]) => !path.includes(name));
    const builtin =
      name === 'virtio_mmio' ? { [`${MODULES}/modules.builtin`]: Buffer.from('') } : {};
    const path = await pack(`no-${name}`, { ...Object.fromEntries(files), ...builtin });
    await expect(readKernelPackage(path)).rejects.toThrow(
      zosiaError('ZOSIA_KERNEL_MODULE_MISSING'),
    );
  });

  it('rejects a package without a kernel', async () => {
    const path = await pack('empty', { '/boot/readme': Buffer.from('') });
    await expect(readKernelPackage(path)).rejects.toThrow(zosiaError('ZOSIA_KERNEL_NOT_FOUND'));
  });
});
