import { spawnSync } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readFile, readdir, readlink, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentImage } from '../../../src/image/file-data.js';
import { planExt4 } from '../../../src/formats/ext4/plan.js';
import { digestImage } from '../../../src/host/digest.js';
import { sha256 } from '../../../src/image/sha256.js';
import { writeRaw } from '../../../src/host/raw-writer.js';
import { LAYOUTS } from '../../formats/ext4/layouts.js';
import { temporaryFolder } from '../../support/temporary.js';
import { arbitraryTree } from './arbitrary-tree.js';
import { e2fsck } from './programs.js';
import { skipWhere } from '../../support/skipping.js';

/** Mounts a disk through a loop device while `use` runs. */
async function withMount(
  disk: string,
  options: 'ro' | 'rw',
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'zosia-mount-'));
  try {
    const mount = spawnSync('mount', ['-t', 'ext4', '-o', `loop,${options}`, disk, folder]);
    expect(mount.status, mount.stderr.toString()).toBe(0);
    try {
      await use(folder);
    } finally {
      spawnSync('umount', [folder]);
    }
  } finally {
    await rmdir(folder);
  }
}

/** Whether this process may attach a file to a loop device, as mounting one needs. */
function loopDevicesWork(): boolean {
  const attach = spawnSync('losetup', ['--find', '--show', '--read-only', import.meta.filename]);
  if (attach.status !== 0) return false;
  spawnSync('losetup', ['--detach', attach.stdout.toString().trim()]);
  return true;
}

const possible = process.platform === 'linux' && process.getuid?.() === 0 && loopDevicesWork();

describe(
  'the kernel of this host',
  skipWhere(!possible, 'only root with loop devices may mount'),
  () => {
    const folder = temporaryFolder();

    it('reads generated trees as they were planned', async () => {
      await fc.assert(
        fc.asyncProperty(arbitraryTree, async ({ blockSizeBytes, entries, expected }) => {
          const disk = folder.file('disk.img');
          await writeRaw(planExt4(entries, { label: 'TREE', blockSizeBytes }), disk);
          await withMount(disk, 'ro', async (root) => {
            const at = (path: string): Buffer => Buffer.from(root + path, 'latin1');
            const found: string[] = [];
            const walk = async (path: string): Promise<void> => {
              for (const name of await readdir(at(path), { encoding: 'latin1' })) {
                const child = `${path}/${name}`;
                if (child === '/lost+found') continue;
                found.push(child);
                if ((await lstat(at(child))).isDirectory()) await walk(child);
              }
            };
            await walk('');
            expect(found.sort()).toEqual([...expected.keys()].sort());
            for (const [path, entry] of expected) {
              const stat = await lstat(at(path), { bigint: true });
              expect(Number(stat.mode & 0o7777n)).toBe(entry.mode);
              expect([Number(stat.uid), Number(stat.gid)]).toEqual([entry.uid, entry.gid]);
              for (const [kind, shown] of [
                ['mtime', stat.mtimeNs],
                ['atime', stat.atimeNs],
                ['ctime', stat.ctimeNs],
              ] as const) {
                const { seconds, nanoseconds = 0 } = entry[kind]!;
                expect(shown).toBe(BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds));
              }
              if (entry.type === 'file') {
                expect(sha256(await readFile(at(path)))).toBe(
                  await digestImage(contentImage(entry.data)),
                );
              } else if (entry.type === 'symlink') {
                expect(await readlink(at(path))).toBe(entry.target);
              }
            }
          });
        }),
        { numRuns: 30 },
      );
    });

    it.each(LAYOUTS.filter(({ options }) => options.extraBytes ?? options.sizeBytes))(
      'writes to a disk, which stays clean: $name',
      async ({ entries, options }) => {
        const disk = folder.file('disk.img');
        await writeRaw(planExt4(entries, options), disk);
        await withMount(disk, 'rw', async (root) => {
          await mkdir(join(root, 'made'));
          spawnSync('cp', ['-r', 'test', join(root, 'made')]);
          expect((await readdir(join(root, 'made', 'test'))).length).toBeGreaterThan(0);
          await rm(join(root, 'model.gguf'));
        });
        expect(e2fsck(disk)).toMatchObject({ status: 0 });
      },
    );
  },
);
