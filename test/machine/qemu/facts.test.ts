import { chmod, mkdir, readdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HostFactsCache } from '../../../src/machine/qemu/host-facts-cache.js';
import { findQemu } from '../../../src/machine/machine.js';
import { qemuFolders } from '../../../src/machine/qemu/binary.js';
import { parseAccelerators, parseVersion, qemuFacts } from '../../../src/machine/qemu/facts.js';
import { makeFakeQemu } from '../support/fake-qemu.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();

describe('findQemu', () => {
  it('returns the first executable on the PATH', async () => {
    const [first, second] = [join(folder(), 'a b'), join(folder(), 'ż')];
    await mkdir(join(first, 'qemu-system-aarch64'), { recursive: true });
    const notExecutable = join(folder(), 'c');
    await mkdir(notExecutable);
    await writeFile(join(notExecutable, 'qemu-system-aarch64'), '', { mode: 0o644 });
    const { path } = await makeFakeQemu(second);
    const searchPath = [first, notExecutable, second];
    expect(await findQemu('aarch64', searchPath)).toMatchObject({ path });
  });

  it('follows a symbolic link to its target', async () => {
    const { path } = await makeFakeQemu(join(folder(), 'cellar'));
    const bin = join(folder(), 'bin');
    await mkdir(bin);
    await symlink(path, join(bin, 'qemu-system-aarch64'));
    const found = await findQemu('aarch64', [bin]);
    expect(found.path).toBe(join(bin, 'qemu-system-aarch64'));
    expect(found.sizeBytes).toBeGreaterThan(100);
  });
});

describe('qemuFolders', () => {
  it('returns those of the PATH, then those of packages, with Apple silicon first under Rosetta', () => {
    const searchPath = ['/usr/local/bin', '/bin'];
    expect(qemuFolders(searchPath, false).slice(0, 3)).toEqual([
      ...['/usr/local/bin', '/bin', '/opt/homebrew/bin'],
    ]);
    expect(qemuFolders(searchPath, true).slice(0, 2)).toEqual([
      '/opt/homebrew/bin',
      '/usr/local/bin',
    ]);
    expect(qemuFolders([], false)).toContain('/opt/local/bin');
  });
});

describe('qemuFacts', () => {
  const ask = async (cacheName = 'cache') => {
    const cache = new HostFactsCache(join(folder(), cacheName));
    return qemuFacts(await findQemu('aarch64', [folder()]), cache);
  };

  it('runs QEMU once', async () => {
    const qemu = await makeFakeQemu(folder(), { version: '9.1.0', accelerators: ['tcg', 'hvf'] });
    const facts = {
      version: [9, 1],
      hasSandbox: true,
      canExitWithParent: false,
      hasQboot: false,
      accelerators: ['tcg', 'hvf'],
    };
    expect(await ask()).toEqual(facts);
    const calls = (await qemu.calls()).length;
    expect(await ask()).toEqual(facts);
    expect(await qemu.calls()).toHaveLength(calls);
  });

  it('runs QEMU again when the program has changed', async () => {
    const { path } = await makeFakeQemu(folder(), { version: '7.2.0' });
    expect((await ask()).version).toEqual([7, 2]);
    await makeFakeQemu(folder(), { version: '8.2.0' });
    await utimes(path, 1, 1);
    expect((await ask()).version).toEqual([8, 2]);
  });

  it('runs QEMU again when the cache is damaged', async () => {
    const qemu = await makeFakeQemu(folder());
    const facts = await ask();
    const kept = join(folder(), 'cache', 'machine');
    for (const damage of ['', '{', 'null', '{"version":[7]}', '{"version":[7,2],"hasSandbox":1}']) {
      for (const file of await readdir(kept)) await writeFile(join(kept, file), damage);
      const calls = (await qemu.calls()).length;
      expect(await ask()).toEqual(facts);
      expect((await qemu.calls()).length).toBeGreaterThan(calls);
    }
  });

  it('works with a cache that cannot be written', async () => {
    await makeFakeQemu(folder());
    await writeFile(join(folder(), 'file'), '');
    expect((await ask('file')).version).toEqual([7, 2]);
  });

  it('detects a QEMU without seccomp', async () => {
    await makeFakeQemu(folder(), { sandbox: false });
    expect((await ask()).hasSandbox).toBe(false);
  });

  it.each([true, false])('detects a QEMU that can end with its parent: %s', async (can) => {
    await makeFakeQemu(folder(), { exitWithParent: can });
    expect((await ask()).canExitWithParent).toBe(can);
  });

  it.each([true, false])('looks for qboot in the folders of QEMU: %s', async (hasQboot) => {
    const firmware = [join(folder(), 'none'), join(folder(), 'two words')];
    await mkdir(firmware[1]!);
    if (hasQboot) await writeFile(join(firmware[1]!, 'qboot.rom'), '');
    await makeFakeQemu(folder(), { firmware });
    expect((await ask()).hasQboot).toBe(hasQboot);
  });

  it('runs QEMU again when an older cache has fewer facts', async () => {
    await makeFakeQemu(folder(), { exitWithParent: true });
    await ask();
    const kept = join(folder(), 'cache', 'machine');
    const older = { version: [9, 1], hasSandbox: true, accelerators: ['tcg'] };
    for (const file of await readdir(kept)) {
      await writeFile(join(kept, file), JSON.stringify(older));
    }
    expect((await ask()).canExitWithParent).toBe(true);
  });

  it('throws for a program that does not run', async () => {
    const path = join(folder(), 'qemu-system-aarch64');
    await writeFile(path, '#!/bin/sh\nexit 127\n');
    await chmod(path, 0o755);
    await expect(ask()).rejects.toMatchObject({ code: 'ZOSIA_QEMU_UNUSABLE' });
  });
});

describe('the output of QEMU', () => {
  it('contains the version', () => {
    expect(parseVersion('QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7)\nCopyright')).toEqual([
      7, 2,
    ]);
    expect(parseVersion('QEMU emulator version 10.0.2\n')).toEqual([10, 0]);
    expect(parseVersion('bash: qemu: not found')).toBeUndefined();
  });

  it('contains the accelerators', () => {
    expect(parseAccelerators('Accelerators supported in QEMU binary:\ntcg\nkvm\n')).toEqual([
      'tcg',
      'kvm',
    ]);
    expect(parseAccelerators('')).toEqual([]);
  });
});
