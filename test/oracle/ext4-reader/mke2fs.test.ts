import { lstat, readFile, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { verifyExt4 } from '../../../src/formats/ext4/check/checker.js';
import { openExt4 } from '../../../src/formats/ext4/reader/reader.js';
import type { Ext4Reader, Ext4Stat } from '../../../src/formats/ext4/reader/reader.js';
import { accessFile } from '../../../src/host/access-file.js';
import { zosiaError } from '../../support/errors.js';
import { temporaryFolder } from '../../support/temporary.js';
import { describeWithE2fsprogs, e2fsck } from '../ext4/programs.js';
import { MKE2FS_VARIANTS, makeEmpty, makeWithMke2fs, populate } from './mke2fs.js';

/** The paths below a folder of the host, relative to it. */
async function hostPaths(folder: string, prefix = ''): Promise<string[]> {
  const paths: string[] = [];
  for (const entry of await readdir(join(folder, prefix), { withFileTypes: true })) {
    const path = `${prefix}/${entry.name}`;
    paths.push(path);
    if (entry.isDirectory()) paths.push(...(await hostPaths(folder, path)));
  }
  return paths;
}

async function expectSame(reader: Ext4Reader, path: string, stat: Ext4Stat, hostPath: string) {
  const host = await lstat(hostPath);
  expect(stat, path).toMatchObject({ uid: host.uid, gid: host.gid });
  expect(stat.mtime.seconds, path).toBe(Math.floor(host.mtimeMs / 1000));
  if (host.isDirectory()) {
    expect(stat, path).toMatchObject({ type: 'directory', linkCount: host.nlink });
  } else if (host.isSymbolicLink()) {
    expect(stat.type, path).toBe('symlink');
    expect(Buffer.from(await reader.readLink(path)).toString()).toBe(await readlink(hostPath));
  } else {
    const { size: sizeBytes, nlink: linkCount } = host;
    expect(stat, path).toMatchObject({ type: 'file', sizeBytes, linkCount });
    const file = await reader.open(stat);
    const bytes = Buffer.from(await file.read(0, file.sizeBytes));
    expect(bytes.equals(await readFile(hostPath)), `the content of ${path}`).toBe(true);
  }
}

describeWithE2fsprogs('an image that mke2fs made', () => {
  const folder = temporaryFolder();
  beforeAll(async () => {
    await populate(folder.file('contents'));
  });

  for (const [name, options] of Object.entries(MKE2FS_VARIANTS)) {
    it(`is read as it was written, and verified without problems: ${name}`, async () => {
      const path = folder.file('disk.img');
      await makeWithMke2fs(path, folder.file('contents'), options);
      expect(e2fsck(path)).toMatchObject({ status: 0 });
      const source = await accessFile(path);
      try {
        const { problems } = await verifyExt4(source, { nowSeconds: Date.now() / 1000 });
        expect(problems).toEqual([]);
        const reader = await openExt4(source);
        expect(reader.superblock.label).toBe('ORACLE');
        const found = new Map<string, Ext4Stat>();
        for await (const { path: inside, stat } of reader.walk()) found.set(inside, stat);
        const expected = await hostPaths(folder.file('contents'));
        const special = ['/', '/lost+found', '/character', '/block', '/pipe'];
        expect([...found.keys()].sort()).toEqual([...expected, ...special].sort());
        for (const inside of expected) {
          const hostPath = join(folder.file('contents'), inside);
          await expectSame(reader, inside, found.get(inside)!, hostPath);
        }
        expect(found.get('/character')!.device).toEqual({ major: 5, minor: 1 });
        expect(found.get('/block')!.device).toEqual({ major: 259, minor: 65_000 });
        expect(found.get('/pipe')!.type).toBe('fifo');
        expect(found.get('/deep/linked')!.inode).toBe(found.get('/small')!.inode);
        if (!reader.superblock.features.has('ext_attr')) return;
        const attributes = await reader.xattrs('/small');
        expect(Buffer.from(attributes.get('user.comment')!).toString()).toBe('kept in the inode');
        expect((await reader.xattrs('/large')).get('user.long')).toHaveLength(600);
        expect([...(await reader.xattrs('/deep')).keys()]).toEqual(['trusted.kind']);
      } finally {
        await source.close();
      }
    });
  }

  it('is rejected if it is an external journal', async () => {
    const path = folder.file('disk.img');
    await makeEmpty(path, ['-O', 'journal_dev']);
    const source = await accessFile(path);
    try {
      const code = 'ZOSIA_EXT4_UNSUPPORTED_FEATURE';
      await expect(openExt4(source)).rejects.toThrow(zosiaError(code));
      await expect(openExt4(source)).rejects.toThrow('journal_dev');
      await expect(verifyExt4(source)).rejects.toThrow(zosiaError(code));
    } finally {
      await source.close();
    }
  });

  // e2fsck would wait, in case another host uses it.
  it('is read and verified without problems with mmp', async () => {
    const path = folder.file('disk.img');
    await makeEmpty(path, ['-t', 'ext4', '-O', 'mmp', '-b', '1024']);
    const source = await accessFile(path);
    const { problems } = await verifyExt4(source);
    const { superblock } = await openExt4(source);
    await source.close();
    expect(problems).toEqual([]);
    expect(superblock.features).toContain('mmp');
  });

  it.each([
    ['the TEA hash', ['-E', 'hash_alg=tea']],
    ['the legacy hash', ['-E', 'hash_alg=legacy']],
  ])('is verified without problems with %s', async (_name, tuning) => {
    const path = folder.file('disk.img');
    const options = ['-t', 'ext4', '-b', '1024'];
    await makeWithMke2fs(path, folder.file('contents'), options, { tuning });
    const source = await accessFile(path);
    const { problems } = await verifyExt4(source);
    await source.close();
    expect(problems).toEqual([]);
  });
});
