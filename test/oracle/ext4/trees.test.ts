import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Timestamp } from '../../../src/formats/entry.js';
import { contentImage } from '../../../src/image/file-data.js';
import { planExt4 } from '../../../src/formats/ext4/plan.js';
import type { Ext4Entry } from '../../../src/formats/ext4/plan.js';
import { openPlan } from '../../../src/host/image-reader.js';
import type { Image } from '../../../src/image/image.js';
import { writeRaw } from '../../../src/host/raw-writer.js';
import { temporaryFolder } from '../../support/temporary.js';
import { arbitraryTree } from './arbitrary-tree.js';
import {
  debugfs,
  describeWithE2fsprogs,
  e2fsck,
  readWithLibext2fs,
  withLibext2fs,
} from './programs.js';

interface Listed {
  readonly inode: number;
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

const TYPE_BITS: Record<Exclude<Ext4Entry, { type: 'hardlink' }>['type'], number> = {
  fifo: 0o010000,
  'character-device': 0o020000,
  directory: 0o040000,
  'block-device': 0o060000,
  file: 0o100000,
  symlink: 0o120000,
  socket: 0o140000,
};

/** Every path of a disk as debugfs lists them, with the mode, owner and group it shows. */
function listDisk(disk: string): Listed[] {
  const found: Listed[] = [];
  let directories: Pick<Listed, 'inode' | 'path'>[] = [{ inode: 2, path: '' }];
  while (directories.length > 0) {
    const commands = directories.map(({ inode }) => `ls -p <${inode}>`);
    const answers = debugfs(disk, commands).split(/^debugfs: ls -p <\d+>\n/m);
    const below: Listed[] = [];
    directories.forEach(({ path: parent }, i) => {
      const lines = answers[i + 1]!.matchAll(/\/(\d+)\/(\d+)\/(-?\d+)\/(-?\d+)\/([^/]+)\/\d*\/\n/g);
      for (const [, inode, mode, uid, gid, name] of lines) {
        if (name === '.' || name === '..') continue;
        const listed: Listed = {
          inode: Number(inode),
          path: `${parent}/${name!}`,
          mode: parseInt(mode!, 8),
          uid: Number(uid) >>> 0,
          gid: Number(gid) >>> 0,
        };
        found.push(listed);
        if ((listed.mode & 0o170000) === TYPE_BITS.directory) below.push(listed);
      }
    });
    directories = below;
  }
  return found;
}

/** A time as ext4 stores it: low 32 bits of the seconds, then nanoseconds and two more bits. */
function diskTime({ seconds, nanoseconds = 0 }: Timestamp): string {
  const epoch = (seconds - (seconds | 0)) / 2 ** 32;
  const words = [seconds >>> 0, nanoseconds * 4 + epoch];
  return `0x${words.map((word) => word.toString(16).padStart(8, '0')).join(':')}`;
}

async function contentsOf(data: Image): Promise<Uint8Array> {
  const access = openPlan(data);
  try {
    return await access.read(0, data.sizeBytes);
  } finally {
    await access.close();
  }
}

describeWithE2fsprogs('generated trees', () => {
  const folder = temporaryFolder();
  let serial = 0;

  it('are clean, and debugfs and libext2fs read back what was planned', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryTree, async ({ blockSizeBytes, entries, expected }) => {
        const image = planExt4(entries, { label: 'TREE', blockSizeBytes });
        const disk = folder.file('disk.img');
        const dumps = folder.file(`dumps${++serial}`);
        await writeRaw(image, disk, { durable: false });
        expect(e2fsck(disk)).toMatchObject({ status: 0 });

        const listed = listDisk(disk).filter(({ path }) => path !== '/lost+found');
        expect(listed.map(({ path }) => path).sort()).toEqual([...expected.keys()].sort());

        await mkdir(dumps);
        const inodes = new Map(listed.map(({ inode, path }) => [inode, expected.get(path)!]));
        const answers = debugfs(
          disk,
          [...inodes].flatMap(([inode, { xattrs = new Map() }]) => [
            `stat <${inode}>`,
            `dump <${inode}> "${join(dumps, String(inode))}"`,
            ...[...xattrs.keys()].map(
              (name, i) => `ea_get -f "${join(dumps, `${inode}.${i}`)}" <${inode}> ${name}`,
            ),
          ]),
        ).split(/^debugfs: stat <\d+>\n/m);

        for (const { path, mode, uid, gid } of listed) {
          const entry = expected.get(path)!;
          expect(mode).toBe(TYPE_BITS[entry.type] | entry.mode!);
          expect([uid, gid]).toEqual([entry.uid, entry.gid]);
        }
        for (const [i, [inode, entry]] of [...inodes].entries()) {
          const stat = answers[i + 1]!;
          for (const kind of ['mtime', 'atime', 'ctime', 'crtime'] as const) {
            expect(stat).toMatch(new RegExp(`^ ?${kind}: ${diskTime(entry[kind]!)} `, 'm'));
          }
          const names = listed.filter((other) => other.inode === inode).length;
          if (entry.type !== 'directory')
            expect(stat).toMatch(new RegExp(`^Links: ${names} `, 'm'));
          const xattrs = [...(entry.xattrs ?? [])];
          for (const [at, [, value]] of xattrs.entries()) {
            const read = await readFile(join(dumps, `${inode}.${at}`));
            expect(Buffer.compare(read, value)).toBe(0);
          }
          if (entry.type === 'file') {
            const read = await readFile(join(dumps, String(inode)));
            expect(Buffer.compare(read, await contentsOf(contentImage(entry.data)))).toBe(0);
          } else if (entry.type === 'character-device' || entry.type === 'block-device') {
            const [, major, minor] = /Device major\/minor number: (\d+):(\d+)/.exec(stat)!;
            expect([Number(major), Number(minor)]).toEqual([entry.major, entry.minor]);
          } else if (entry.type === 'symlink') {
            expect(stat).toMatch(new RegExp(`Size: ${entry.target.length}$`, 'm'));
          }
        }

        await withLibext2fs(image, async (fileSystem) => {
          for (const [path, entry] of expected) {
            const raw = Buffer.from(path, 'latin1');
            if (entry.type === 'file') {
              const bytes = await readWithLibext2fs(
                fileSystem,
                raw,
                contentImage(entry.data).sizeBytes + 1,
              );
              expect(Buffer.compare(bytes, await contentsOf(contentImage(entry.data)))).toBe(0);
            } else if (entry.type === 'symlink') {
              expect(await fileSystem.readlink(raw)).toBe(entry.target);
            }
          }
        });
      }),
      { numRuns: 250 },
    );
  });
});
