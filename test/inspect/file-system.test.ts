import { describe, expect, it } from 'vitest';
import { planFat } from '../../src/formats/fat/plan.js';
import type { Image } from '../../src/image/image.js';
import { writeRaw } from '../../src/host/raw-writer.js';
import { openFileSystem } from '../../src/inspect/file-system.js';
import { mbrDisk } from '../formats/gpt/disks.js';
import { zosiaError } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary.js';
import { espDisk, ext4, file } from './samples.js';

describe('openFileSystem', () => {
  const folder = temporaryFolder();

  async function open(image: Image): Promise<string[]> {
    await writeRaw(image, folder.file('disk.img'));
    const disk = await openFileSystem(folder.file('disk.img'));
    const names: string[] = [];
    for await (const { name } of disk.reader.list('/')) names.push(name);
    await disk.close();
    return names;
  }

  it('opens the ext4 file system of a disk, with or without a FAT volume beside it', async () => {
    const disk = ext4([file('/model.gguf', 'x')]);
    expect(await open(disk)).toContain('model.gguf');
    expect(await open(mbrDisk([planFat([]), disk]))).toContain('model.gguf');
  });

  it.each([
    ['a FAT volume', planFat([])],
    ['an ESP', espDisk([])],
  ])('rejects %s, with a hint to zosia run efi', async (_what, disk) => {
    await expect(open(disk)).rejects.toThrow(zosiaError('ZOSIA_NOT_EXT4'));
    await expect(open(disk)).rejects.toThrow(/no ext4 file system, but a FAT volume/);
    await expect(open(disk)).rejects.toMatchObject({
      hint: expect.stringMatching(/zosia run efi/) as string,
    });
  });

  it('rejects a disk with two ext4 file systems', async () => {
    await expect(open(mbrDisk([ext4(), ext4()]))).rejects.toThrow(
      zosiaError('ZOSIA_NO_SUCH_PARTITION'),
    );
  });
});
