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

describe('an image', () => {
  it('is opened as a plain ext4 file system', async () => {
    await writeRaw(ext4(), folder.file('plain.img'));
    await using('plain.img', async (image) => {
      expect(image).toMatchObject({ container: 'raw', content: { kind: 'ext4', offset: 0 } });
      expect(await textOf(image, '/hello')).toBe('hello\n');
    });
  });

  it('is opened in the one partition of an MBR that holds ext4', async () => {
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

  it('is opened in the partition that is asked for; several need that', async () => {
    const second = ext4([file('/hello', 'second')]);
    await writeRaw(mbrDisk([ext4(), second]), folder.file('two.img'));
    await expect(using('two.img', textOfHello)).rejects.toThrow(
      /partitions 1 \(ext4\), 2 \(ext4\)/,
    );
    expect(await using('two.img', textOfHello, { partition: 1 })).toBe('hello\n');
    expect(await using('two.img', textOfHello, { partition: 2 })).toBe('second');
  });

  it('is opened in a partition of a GPT', async () => {
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

  it('is opened as a FAT volume, of any type', async () => {
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

  it('is opened in an EFI system partition, the only one with a file system', async () => {
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

  it('with FAT and ext4 asks which one, and shows its table meanwhile', async () => {
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

  it('with partitions that hold nothing known is described by its table', async () => {
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

  it.each(['plain', 'gzipped'])('is opened as a %s initramfs', async (kind) => {
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
    ['nothing', Buffer.alloc(0), /nothing that zosia/],
    ['a qcow2 image', Buffer.from('QFI\xfb-----', 'latin1'), /qcow2/],
    ['a model', Buffer.from('GGUF-----'), /model/],
    ['gzip of something else', gzipSync(Buffer.alloc(1 << 20)), /no initramfs/],
  ])('that is %s is refused', async (_what, bytes, message) => {
    await writeFile(folder.file('foreign'), bytes);
    await expect(openImage(folder.file('foreign'))).rejects.toThrow(
      zosiaError('ZOSIA_IMAGE_UNKNOWN'),
    );
    await expect(openImage(folder.file('foreign'))).rejects.toThrow(message);
  });

  it('that is a model is refused with the command for it, path and all', async () => {
    const path = folder.file("it's foreign");
    await writeFile(path, 'GGUF-----');
    const error: unknown = await openImage(path).catch((thrown: unknown) => thrown);
    const quoted = path.replace("'", "'\\''");
    expect(error).toMatchObject({ hint: `Try: zosia model info '${quoted}'` });
  });

  it('that is a folder, or missing, is refused', async () => {
    await expect(openImage(folder.path)).rejects.toThrow(zosiaError('ZOSIA_FILE_UNREADABLE'));
    await expect(openImage(folder.file('absent'))).rejects.toThrow(
      zosiaError('ZOSIA_FILE_NOT_FOUND'),
    );
  });
});

describe('a first sector', () => {
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

  it('of a GPT is never that of a volume, though the fields of one are left in it', async () => {
    const disk = await imageBytes(espDisk([fatFile('/hello', 'esp')]));
    disk.set((await fat()).subarray(0, MBR.bootCode.width));
    await writeFile(folder.file('was-fat.img'), disk);
    expect(await using('was-fat.img', (image) => textOf(image, '/hello'))).toBe('esp');
  });

  it('that passes for an MBR, too, is that of a volume if there can be one', async () => {
    const slots = [{ firstSector: 1, sectorCount: 1 }];
    expect(await kindOf(withSlots(await fat(), slots))).toBe('fat');
    const impossible = withSlots(await fat(), slots);
    writeFields(BOOT_SECTOR, impossible, 0, { rootEntryCount: 0xffff });
    expect(await kindOf(impossible)).toBe('partitions');
    const odd = withSlots(await fat(), slots);
    writeFields(BOOT_SECTOR, odd, 0, { media: 3 });
    expect(await kindOf(odd)).toBe('partitions');
  });

  it('of a damaged volume is that of a volume, whose damage is then told', async () => {
    const bytes = await fat();
    expect(await kindOf(bytes.subarray(0, bytes.length - 512))).toBe('fat');
    await expect(using('sector.img', (image) => image.tree())).rejects.toThrow(
      zosiaError('ZOSIA_FAT_CORRUPT'),
    );
  });

  it('of a FAT whose clusters spell the magic number of ext4 is that of a volume', async () => {
    const bytes = (await imageBytes(planFat([], { type: 'FAT16' }))).slice();
    bytes.set([0x53, 0xef], 1024 + 0x38);
    expect(await kindOf(bytes)).toBe('fat');
  });

  it('that a FAT left before an ext4 file system does not count', async () => {
    const bytes = (await imageBytes(ext4())).slice();
    bytes.set((await fat()).subarray(0, 512));
    expect(await kindOf(bytes)).toBe('ext4');
  });
});

describe('a VMDK', () => {
  it('of a FAT volume is opened, the file on it where it lies', async () => {
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

  /** A disk whose one large file stays where it lies, in `name`/. */
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

  it('is opened through its descriptor, with a partition in it, also after a move', async () => {
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

  it('says which file is missing', async () => {
    await writeZeroCopy('missing');
    await rename(folder.file('missing/model.bin'), folder.file('missing/elsewhere'));
    await expect(openImage(folder.file('missing/disk.vmdk'))).rejects.toThrow(
      zosiaError('ZOSIA_VMDK_FILE_MISSING'),
    );
    await expect(openImage(folder.file('missing/disk.vmdk'))).rejects.toThrow(/model\.bin/);
  });

  it('says that a file became shorter', async () => {
    await writeZeroCopy('shorter');
    await truncate(folder.file('shorter/model.bin'), 100_000);
    await expect(openImage(folder.file('shorter/disk.vmdk'))).rejects.toThrow(
      zosiaError('ZOSIA_VMDK_TRUNCATED'),
    );
  });

  it('that refers to a folder, a device or itself in place of a disk is refused', async () => {
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
