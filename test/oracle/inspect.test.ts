import { spawnSync } from 'node:child_process';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { delimiter } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeRaw } from '../../src/host/raw-writer.js';
import { inspectImage } from '../../src/inspect/inspect.js';
import { listFiles } from '../../src/inspect/list.js';
import { openFile } from '../../src/inspect/open-file.js';
import { openImage } from '../../src/inspect/open-image.js';
import type { OpenImage, OpenImageOptions } from '../../src/inspect/open-image.js';
import { extractFiles } from '../../src/inspect/extract.js';
import { verifyImage } from '../../src/inspect/verify.js';
import { imageBytes } from '../support/images.js';
import { collect } from '../support/async.js';
import { hasProgram } from '../support/programs.js';
import { temporaryFolder } from '../support/temporary.js';
import { file as fatFile } from '../formats/fat/layouts.js';
import { espDisk, ext4 } from '../inspect/samples.js';
import { describeWithE2fsprogs } from './ext4/programs.js';
import { describeWith, fsckFat, run } from './fat/programs.js';
import { MKE2FS_VARIANTS, makeWithMke2fs, populate } from './ext4-reader/mke2fs.js';
import { IS_COMPLETE_HOST, skipWhere } from '../support/skipping.js';

async function using<T>(
  path: string,
  use: (image: OpenImage) => Promise<T>,
  options?: OpenImageOptions,
): Promise<T> {
  const image = await openImage(path, options);
  try {
    return await use(image);
  } finally {
    await image.close();
  }
}

describeWithE2fsprogs('an image that mke2fs made', () => {
  const folder = temporaryFolder();
  beforeAll(async () => {
    await mkdir(folder.file('contents'));
    await populate(folder.file('contents'));
  });

  it.each(Object.entries(MKE2FS_VARIANTS))('is mapped and verified: %s', async (_name, options) => {
    const path = folder.file('mke2fs.img');
    await makeWithMke2fs(path, folder.file('contents'), options);
    await using(path, async (image) => {
      const { ext4: described } = await inspectImage(image);
      const { map, sizeBytes, freeBlockCount, blockSizeBytes } = described!;
      const overlaps = map.filter(({ offset }, i) => i > 0 && offset < endOf(map[i - 1]!));
      expect(overlaps).toEqual([]);
      expect(endOf(map.at(-1)!)).toBe(sizeBytes);
      const free = map.filter(({ what }) => what === 'free');
      expect(sum(free.map(({ length }) => length))).toBe(freeBlockCount * blockSizeBytes);

      const verification = await verifyImage(image);
      expect(verification.problems).toEqual([]);
      if (verification.kind !== 'ext4') throw new Error('not taken for ext4');
      expect(verification.secondReader).toMatchObject({ withoutAttributesCount: 0 });
      expect(verification.secondReader!.nameCount).toBeGreaterThan(300);
    });
  });

  it('is extracted byte for byte', async () => {
    const path = folder.file('mke2fs.img');
    const out = folder.file('out');
    await makeWithMke2fs(path, folder.file('contents'), ['-t', 'ext4']);
    await using(path, async (image) => extractFiles(await image.tree(), { out }));
    await rm(`${out}/lost+found`, { recursive: true });
    const diff = spawnSync('diff', ['-r', '--no-dereference', folder.file('contents'), out]);
    expect(diff.stdout.toString()).toBe('');
    expect(diff.status).toBe(0);
  });
});

const endOf = ({ offset, length }: { offset: number; length: number }): number => offset + length;
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** Debian keeps sgdisk out of a user's path. */
const PATH = [process.env.PATH, '/usr/sbin', '/sbin'].join(delimiter);
const WITH_SGDISK = skipWhere(!hasProgram('sgdisk', PATH) && !IS_COMPLETE_HOST, 'no sgdisk here');

describe('a disk that sgdisk partitioned (skipped without sgdisk)', WITH_SGDISK, () => {
  const folder = temporaryFolder();

  it('is opened with either copy of its partition table', async () => {
    const path = folder.file('disk.img');
    const bytes = await imageBytes(ext4());
    const disk = await open(path, 'w');
    await disk.truncate(16 << 20);
    await disk.write(bytes, 0, bytes.length, 4096 * 512);
    await disk.close();
    const partitions = [
      ...['--new=1:2048:4095', '--typecode=1:ef00', '--change-name=1:système'],
      ...['--new=3:4096:20479', '--typecode=3:8300', '--change-name=3:root'],
    ];
    const env = { ...process.env, PATH };
    const made = spawnSync('sgdisk', ['--clear', ...partitions, path], { env });
    expect(made.status, made.stderr.toString()).toBe(0);
    const look = (): Promise<unknown> =>
      using(path, async (image) => ({
        table: image.table,
        partition: image.partition?.number,
        names: (await collect(listFiles(await image.tree(), '/deep', false))).map(
          ({ path: name }) => name,
        ),
      }));
    const expected = {
      table: {
        scheme: 'gpt',
        partitions: [
          {
            number: 1,
            offset: 2048 * 512,
            sizeBytes: 2048 * 512,
            type: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b',
            name: 'système',
          },
          {
            number: 3,
            offset: 4096 * 512,
            sizeBytes: 16_384 * 512,
            type: '0fc63daf-8483-4772-8e79-3d69d8477de4',
            name: 'root',
          },
        ],
        problems: [],
      },
      partition: 3,
      names: ['er', 'linked'],
    };
    expect(await look()).toMatchObject(expected);

    const header = await readFile(path);
    expect(header.toString('latin1', 512, 520)).toBe('EFI PART');
    const damage = await open(path, 'r+');
    await damage.write(Buffer.alloc(512), 0, 512, 512);
    await damage.close();
    expect(await look()).toMatchObject({
      ...expected,
      table: { ...expected.table, problems: [{ code: 'gpt-primary-header' }] },
    });
  });
});

describeWith(
  ['mkfs.fat', 'fsck.fat', 'mcopy', 'mdir'],
  'a FAT volume of mkfs.fat and mtools',
  () => {
    const folder = temporaryFolder();
    const contents = 'test/formats/fat';
    let disk = '';
    beforeAll(() => {
      disk = folder.file('fat.img');
    });

    it.each([
      ['FAT12', ['-F', '12', '-n', 'FLOPPY'], 1440],
      [
        'FAT16, its table where ext4 has its superblock',
        ['-F', '16', '-s', '4', '-R', '1'],
        20_000,
      ],
      ['FAT16 of sectors of 2 KiB', ['-F', '16', '-S', '2048'], 40_000],
      ['FAT32', ['-F', '32', '-n', 'LARGE', '-s', '1'], 40_000],
    ] as const)('is listed, mapped, verified and extracted: %s', async (_name, options, kib) => {
      await rm(disk, { force: true });
      const made = run('mkfs.fat', ['-C', ...options, disk, String(kib)]);
      expect(made.status, made.output).toBe(0);
      const copied = run('mcopy', ['-s', '-i', disk, contents, '::/Some folder with a long name']);
      expect(copied.status, copied.output).toBe(0);
      const checked = fsckFat(disk).output;
      const [, used, all] = /(\d+)\/(\d+) clusters/.exec(checked)!;

      await using(disk, async (image) => {
        const listed = await collect(listFiles(await image.tree(), '/', true));
        const paths = listed.map(({ path, type }) => (type === 'directory' ? `${path}/` : path));
        const theirs = run('mdir', ['-b', '-/', '-i', disk, '::/']).output.trimEnd().split('\n');
        expect(paths.sort()).toEqual(theirs.map((path) => path.slice(2)).sort());

        const { fat } = await inspectImage(image);
        expect(fat!.clusterCount).toBe(Number(all));
        expect(fat!.clusterCount - fat!.freeClusterCount).toBe(Number(used));
        const free = fat!.map.filter(({ what }) => what === 'free');
        const freeBytes = sum(free.map(({ length }) => length));
        expect(freeBytes).toBe(fat!.freeClusterCount * fat!.clusterSizeBytes);
        expect(endOf(fat!.map.at(-1)!)).toBe(fat!.sizeBytes);
        expect((await verifyImage(image)).problems).toEqual([]);

        const out = folder.file('fat out');
        await rm(out, { recursive: true, force: true });
        await extractFiles(await image.tree(), { out });
        const diff = spawnSync('diff', ['-r', contents, `${out}/Some folder with a long name`]);
        expect(diff.stdout.toString()).toBe('');
        expect(diff.status).toBe(0);
      });
    });

    it('is read in the EFI system partition of a GPT, as by mtools', async () => {
      await writeRaw(espDisk([fatFile('/EFI/BOOT/BOOTX64.EFI', 'program')]), disk);
      const { output } = run('mtype', ['-i', `${disk}@@1M`, '::/EFI/BOOT/BOOTX64.EFI']);
      await using(disk, async (image) => {
        const content = await openFile(await image.tree(), '/efi/boot/bootx64.efi');
        expect(Buffer.from(await content.read(0, content.sizeBytes)).toString()).toBe(output);
      });
    });
  },
);
