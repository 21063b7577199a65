import { realpath, mkdir, rename, symlink, truncate, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { writeFields } from '../../src/formats/fields.js';
import { BOOT_SECTOR } from '../../src/formats/fat/layout/boot-sector.js';
import { FAT_TYPES } from '../../src/formats/fat/layout/table.js';
import { planFat } from '../../src/formats/fat/plan.js';
import { MBR } from '../../src/formats/gpt/layout.js';
import { planVmdk } from '../../src/formats/vmdk/writer.js';
import { makeImage } from '../../src/image/image.js';
import { writeRaw } from '../../src/host/raw-writer.js';
import { inspectImage } from '../../src/inspect/inspect.js';
import { openFile } from '../../src/inspect/open-file.js';
import { openImage } from '../../src/inspect/open-image.js';
import type { OpenImage, OpenImageOptions } from '../../src/inspect/open-image.js';
import { verifyImage } from '../../src/inspect/verify.js';
import { zosiaError } from '../support/errors.js';
import { imageBytes } from '../support/images.js';
import { temporaryFolder } from '../support/temporary.js';
import { file as fatFile } from '../formats/fat/layouts.js';
import { gptBytes, mbrDisk, mbrSector } from '../formats/gpt/disks.js';
import { cpioBytes, espDisk, ext4, file } from './samples.js';

const folder = temporaryFolder();

async function using<T>(
  name: string,
  use: (image: OpenImage) => Promise<T>,
  options?: OpenImageOptions,
): Promise<T> {
  const image = await openImage(folder.file(name), options);
  try {
    return await use(image);
  } finally {
    await image.close();
  }
}

async function textOf(image: OpenImage, path: string): Promise<string> {
  const content = await openFile(await image.tree(), path);
  return Buffer.from(await content.read(0, content.sizeBytes)).toString();
}

describe('openImage', () => {
  it('opens a plain ext4 file system', async () => {
    await writeRaw(ext4(), folder.file('plain.img'));
    await using('plain.img', async (image) => {
      expect(image).toMatchObject({ container: 'raw', content: { kind: 'ext4', offset: 0 } });
      expect(await textOf(image, '/hello')).toBe('hello\n');
    });
  });

  it('opens the only partition of an MBR that holds ext4', async () => {
    const empty = makeImage(1 << 20, []);
    await writeRaw(mbrDisk([empty, ext4()]), folder.file('mbr.img'));
    await using('mbr.img', async (image) => {
      expect(image.partition?.number).toBe(2);
      expect(await textOf(image, '/hello')).toBe('hello\n');
    });
    await expect(using('mbr.img', textOfHello, { partition: 1 })).rejects.toThrow(
      zosiaError('ZOSIA_NO_SUCH_PARTITION'),
    );
    await expect(using('mbr.img', textOfHello, { partition: 4 })).rejects.toThrow(
      zosiaError('ZOSIA_NO_SUCH_PARTITION'),
    );
  });

  const textOfHello = (image: OpenImage): Promise<string> => textOf(image, '/hello');

  it('opens the requested partition, and requires a request if several hold ext4', async () => {
    const second = ext4([file('/hello', 'second')]);
    await writeRaw(mbrDisk([ext4(), second]), folder.file('two.img'));
    await expect(using('two.img', textOfHello)).rejects.toThrow(
      /partitions 1 \(ext4\), 2 \(ext4\)/,
    );
    expect(await using('two.img', textOfHello, { partition: 1 })).toBe('hello\n');
    expect(await using('two.img', textOfHello, { partition: 2 })).toBe('second');
  });

  it('opens a partition of a GPT', async () => {
    const bytes = await imageBytes(ext4());
    const sectors = Math.ceil(bytes.length / 512);
    const slot = { firstSector: 64, lastSector: 63 + sectors, name: 'root' };
    const disk = gptBytes(sectors + 128, [slot]);
    disk.set(bytes, 64 * 512);
    await writeFile(folder.file('gpt.img'), disk);
    await using('gpt.img', async (image) => {
      expect(image).toMatchObject({ table: { scheme: 'gpt' }, partition: { name: 'root' } });
      expect(await textOf(image, '/hello')).toBe('hello\n');
    });
  });

  it('opens a FAT volume of any type', async () => {
    for (const type of FAT_TYPES) {
      const image = planFat([fatFile('/hello', type)], { type, clusterSizeBytes: 512 });
      await writeRaw(image, folder.file('fat.img'));
      await using('fat.img', async (opened) => {
        expect(opened).toMatchObject({ content: { kind: 'fat', offset: 0 }, table: undefined });
        expect(await textOf(opened, '/HELLO')).toBe(type);
        expect(await inspectImage(opened)).toMatchObject({ kind: 'fat', fat: { type } });
      });
    }
    await expect(using('fat.img', inspectImage, { partition: 1 })).rejects.toThrow(
      /no partition table/,
    );
  });

  it('opens the only partition that holds FAT, of a GPT or an MBR', async () => {
    await writeRaw(espDisk([fatFile('/hello', 'esp')]), folder.file('esp.img'));
    await using('esp.img', async (image) => {
      expect(image).toMatchObject({ partition: { number: 1, fileSystem: 'fat' } });
      expect(await textOf(image, '/hello')).toBe('esp');
      expect(await inspectImage(image)).toMatchObject({
        table: { scheme: 'gpt', chosen: 1, partitions: [{ isEfiSystem: true, fileSystem: 'fat' }] },
        fat: { label: 'ESP' },
      });
    });
    const partition = planFat([fatFile('/hello', 'mbr')]);
    await writeRaw(mbrDisk([makeImage(4096, []), partition]), folder.file('mbr-fat.img'));
    expect(await using('mbr-fat.img', textOfHello)).toBe('mbr');
  });

  it('describes a disk with FAT and ext4 by its partition table until one is chosen', async () => {
    const fat = planFat([fatFile('/hello', 'fat')]);
    await writeRaw(mbrDisk([fat, makeImage(4096, []), ext4()]), folder.file('both.img'));
    await using('both.img', async (image) => {
      expect(image).toMatchObject({ partition: undefined, content: { kind: 'partitions' } });
      const chosen = zosiaError('ZOSIA_NO_SUCH_PARTITION');
      await expect(image.tree()).rejects.toThrow(chosen);
      await expect(image.tree()).rejects.toThrow(/partitions 1 \(FAT\), 3 \(ext4\)/);
      await expect(verifyImage(image)).resolves.toMatchObject({
        partitions: [
          { number: 1, kind: 'fat' },
          { number: 3, kind: 'ext4' },
        ],
      });
      const { kind, table, ...rest } = await inspectImage(image);
      expect(kind).toBe('partitions');
      expect(table).toMatchObject({
        partitions: [{ fileSystem: 'fat' }, { fileSystem: undefined }, { fileSystem: 'ext4' }],
        problem: expect.stringMatching(/1 \(FAT\), 3 \(ext4\)/) as string,
      });
      expect(table?.chosen).toBeUndefined();
      expect(rest.fat).toBeUndefined();
    });
    expect(await using('both.img', textOfHello, { partition: 1 })).toBe('fat');
    expect(await using('both.img', textOfHello, { fileSystem: 'ext4' })).toBe('hello\n');
    expect(await using('both.img', textOfHello, { fileSystem: 'fat' })).toBe('fat');
    await expect(using('both.img', inspectImage, { partition: 2 })).rejects.toThrow(
      /partition 2 of .* holds no file system/,
    );
  });

  it('describes a disk without a known file system by its partition table', async () => {
    const disk = gptBytes(400, [{ firstSector: 64, lastSector: 99, name: 'swap' }]);
    await writeFile(folder.file('swap.img'), disk);
    await using('swap.img', async (image) => {
      expect(await inspectImage(image)).toMatchObject({
        kind: 'partitions',
        table: {
          partitions: [{ name: 'swap', isEfiSystem: false }],
          problem: expect.stringMatching(/no partition/) as string,
        },
      });
      await expect(image.tree()).rejects.toThrow(/no partition of .* \(partitions: 1\)/);
    });
  });

  it.each(['plain', 'gzipped'])('opens a %s initramfs', async (kind) => {
    const archive = await cpioBytes([
      { type: 'directory', path: '/etc', mode: 0o755 },
      { type: 'file', path: '/etc/name', mode: 0o644, data: Buffer.from('zosia') },
    ]);
    await writeFile(folder.file('initramfs'), kind === 'plain' ? archive : gzipSync(archive));
    await using('initramfs', async (image) => {
      expect(image.content).toMatchObject({ kind: 'cpio' });
      expect(await textOf(image, '/etc/name')).toBe('zosia');
      expect(await inspectImage(image)).toMatchObject({
        kind: 'cpio',
        cpio: {
          isCompressed: kind === 'gzipped',
          memberCount: 2,
          archiveCount: 1,
          counts: { file: 1 },
          fileBytes: 5,
        },
      });
    });
  });

  it.each([
    ['an empty file', Buffer.alloc(0), /nothing that zosia/],
    ['a qcow2 image', Buffer.from('QFI\xfb-----', 'latin1'), /qcow2/],
    ['a model', Buffer.from('GGUF-----'), /model/],
    ['a gzip file that holds no initramfs', gzipSync(Buffer.alloc(1 << 20)), /no initramfs/],
  ])('rejects %s', async (_what, bytes, message) => {
    await writeFile(folder.file('foreign'), bytes);
    await expect(openImage(folder.file('foreign'))).rejects.toThrow(
      zosiaError('ZOSIA_IMAGE_UNKNOWN'),
    );
    await expect(openImage(folder.file('foreign'))).rejects.toThrow(message);
  });

  it('suggests zosia model info with the quoted path for a model', async () => {
    const path = folder.file("it's foreign");
    await writeFile(path, 'GGUF-----');
    const error: unknown = await openImage(path).catch((thrown: unknown) => thrown);
    const quoted = path.replace("'", "'\\''");
    expect(error).toMatchObject({ hint: `Try: zosia model info '${quoted}'` });
  });

  it('rejects a folder and a missing file', async () => {
    await expect(openImage(folder.path)).rejects.toThrow(zosiaError('ZOSIA_FILE_UNREADABLE'));
    await expect(openImage(folder.file('absent'))).rejects.toThrow(
      zosiaError('ZOSIA_FILE_NOT_FOUND'),
    );
  });
});

describe('openImage, judging by the first sector', () => {
  const fat = (): Promise<Uint8Array> => imageBytes(planFat([fatFile('/hello', 'fat')]));
  const kindOf = async (bytes: Uint8Array): Promise<string> => {
    await writeFile(folder.file('sector.img'), bytes);
    return using('sector.img', (image) => Promise.resolve(image.content.kind));
  };
  /** Puts the four partitions of an MBR where a boot sector has boot code. */
  const withSlots = (bytes: Uint8Array, slots: Parameters<typeof mbrSector>[0]): Uint8Array => {
    const { offset, width } = MBR.partitions;
    bytes.set(mbrSector(slots).subarray(offset, offset + width), offset);
    return bytes;
  };

  it('opens a GPT even if the first sector still has the fields of a FAT volume', async () => {
    const disk = await imageBytes(espDisk([fatFile('/hello', 'esp')]));
    disk.set((await fat()).subarray(0, MBR.bootCode.width));
    await writeFile(folder.file('was-fat.img'), disk);
    expect(await using('was-fat.img', (image) => textOf(image, '/hello'))).toBe('esp');
  });

  it('prefers a FAT volume to an MBR if the boot sector is possible', async () => {
    const slots = [{ firstSector: 1, sectorCount: 1 }];
    expect(await kindOf(withSlots(await fat(), slots))).toBe('fat');
    const impossible = withSlots(await fat(), slots);
    writeFields(BOOT_SECTOR, impossible, 0, { rootEntryCount: 0xffff });
    expect(await kindOf(impossible)).toBe('partitions');
    const odd = withSlots(await fat(), slots);
    writeFields(BOOT_SECTOR, odd, 0, { media: 3 });
    expect(await kindOf(odd)).toBe('partitions');
  });

  it('opens a damaged FAT volume, and reports the damage when it is read', async () => {
    const bytes = await fat();
    expect(await kindOf(bytes.subarray(0, bytes.length - 512))).toBe('fat');
    await expect(using('sector.img', (image) => image.tree())).rejects.toThrow(
      zosiaError('ZOSIA_FAT_CORRUPT'),
    );
  });

  it('opens a FAT volume that contains the magic number of ext4', async () => {
    const bytes = (await imageBytes(planFat([], { type: 'FAT16' }))).slice();
    bytes.set([0x53, 0xef], 1024 + 0x38);
    expect(await kindOf(bytes)).toBe('fat');
  });

  it('opens an ext4 file system that still has a FAT boot sector before it', async () => {
    const bytes = (await imageBytes(ext4())).slice();
    bytes.set((await fat()).subarray(0, 512));
    expect(await kindOf(bytes)).toBe('ext4');
  });
});

describe('openImage of a VMDK', () => {
  it('opens a FAT volume with a file that is not copied', async () => {
    const model = folder.file('model.bin');
    await writeFile(model, Buffer.alloc(100_000, 'zosia '));
    const source = { kind: 'file', path: model, offset: 0 } as const;
    const data = makeImage(100_000, [{ offset: 0, length: 100_000, source }]);
    const disk = planFat([{ type: 'file', path: '/model.bin', data }]);
    const plan = planVmdk(disk, { metadataName: 'fat-rest.img', extentName: () => 'model.bin' });
    await writeRaw(plan.metadata, folder.file('fat-rest.img'));
    await writeFile(folder.file('fat.vmdk'), plan.descriptor);
    await using('fat.vmdk', async (image) => {
      expect(image).toMatchObject({ container: 'vmdk', content: { kind: 'fat' } });
      expect(await textOf(image, '/model.bin')).toBe(Buffer.alloc(100_000, 'zosia ').toString());
    });
  });

  /** Writes a disk to `name`/ whose one large file is not copied. */
  async function writeZeroCopy(name: string): Promise<void> {
    const model = folder.file(`${name}/model.bin`);
    await mkdir(folder.file(name), { recursive: true });
    await writeFile(model, Buffer.alloc(200_000, 'zosia '));
    const source = { kind: 'file', path: model, offset: 0 } as const;
    const data = makeImage(200_000, [{ offset: 0, length: 200_000, source }]);
    const disk = mbrDisk([ext4([{ type: 'file', path: '/model', data }])]);
    const plan = planVmdk(disk, { metadataName: 'metadata.img', extentName: () => 'model.bin' });
    await writeRaw(plan.metadata, folder.file(`${name}/metadata.img`));
    await writeFile(folder.file(`${name}/disk.vmdk`), plan.descriptor);
  }

  it('opens a partition through the descriptor, even after the folder was moved', async () => {
    await writeZeroCopy('here');
    await rename(folder.file('here'), folder.file('moved'));
    await using('moved/disk.vmdk', async (image) => {
      expect(image).toMatchObject({ container: 'vmdk', partition: { number: 1 } });
      expect(image.files.map(({ path }) => path)).toEqual([
        folder.file('moved/disk.vmdk'),
        await realpath(folder.file('moved/metadata.img')),
        await realpath(folder.file('moved/model.bin')),
      ]);
      const covered = image.extents.reduce((sum, { length }) => sum + length, 0);
      expect(covered).toBe(image.sizeBytes);
      expect(await textOf(image, '/model')).toBe(Buffer.alloc(200_000, 'zosia ').toString());
    });
  });

  it('reports which file is missing', async () => {
    await writeZeroCopy('missing');
    await rename(folder.file('missing/model.bin'), folder.file('missing/elsewhere'));
    await expect(openImage(folder.file('missing/disk.vmdk'))).rejects.toThrow(
      zosiaError('ZOSIA_VMDK_FILE_MISSING'),
    );
    await expect(openImage(folder.file('missing/disk.vmdk'))).rejects.toThrow(/model\.bin/);
  });

  it('reports a file that became shorter', async () => {
    await writeZeroCopy('shorter');
    await truncate(folder.file('shorter/model.bin'), 100_000);
    await expect(openImage(folder.file('shorter/disk.vmdk'))).rejects.toThrow(
      zosiaError('ZOSIA_VMDK_TRUNCATED'),
    );
  });

  it('rejects a descriptor that refers to a folder, a device or itself', async () => {
    const descriptor = (name: string): string =>
      `# Disk DescriptorFile\nversion=1\nCID=1\nparentCID=ffffffff\ncreateType="monolithicFlat"\nRW 1 FLAT "${name}" 0\n`;
    await symlink('/dev/zero', folder.file('zero'));
    for (const name of ['.', 'zero']) {
      await writeFile(folder.file('hostile.vmdk'), descriptor(name));
      await expect(openImage(folder.file('hostile.vmdk'))).rejects.toThrow(
        zosiaError('ZOSIA_VMDK_FILE_MISSING'),
      );
    }
    const padded = descriptor('hostile.vmdk').padEnd(512, '\n');
    await writeFile(folder.file('hostile.vmdk'), padded);
    await expect(openImage(folder.file('hostile.vmdk'))).rejects.toThrow(
      zosiaError('ZOSIA_IMAGE_UNKNOWN'),
    );
  });
});
