import { copyFile, open, readFile, stat } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { planDeviceMapper } from '../../src/formats/device-mapper/table.js';
import type { MappedDisk } from '../../src/formats/device-mapper/table.js';
import { fileData } from '../../src/image/file-data.js';
import { sha256 } from '../../src/image/sha256.js';
import { withMappedDisk } from '../../src/recipes/mapped-disk.js';
import { planModelDisk } from '../../src/recipes/model-disk.js';
import { readModel } from '../../src/recipes/model.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { splitModel } from '../support/split-model.js';
import { temporaryFolder } from '../support/temporary.js';
import {
  describeWithE2fsprogs,
  e2fsck,
  readWithLibext2fs,
  withLibext2fs,
} from './ext4/programs.js';

const SECTOR_BYTES = 512;

/** Puts a disk together as Linux does (Documentation/admin-guide/device-mapper/linear.rst). */
async function assemble({ files, rows }: MappedDisk, path: string): Promise<void> {
  const out = await open(path, 'w');
  const disks = await Promise.all(files.map((file) => open(file, 'r')));
  try {
    for (const { start, length, disk, diskStart } of rows) {
      const bytes = Buffer.alloc(length * SECTOR_BYTES);
      const position = diskStart * SECTOR_BYTES;
      const { bytesRead } = await disks[disk]!.read(bytes, 0, bytes.length, position);
      // A disk has whole sectors: what is behind the last one of a file, the machine does not see.
      expect(bytesRead).toBe(bytes.length);
      await out.write(bytes, 0, bytes.length, start * SECTOR_BYTES);
    }
  } finally {
    for (const file of [out, ...disks]) await file.close();
  }
}

describeWithE2fsprogs('a model disk put together by its table', () => {
  const folder = temporaryFolder();

  it('is one that e2fsck finds clean and libext2fs reads each part of the model from', async () => {
    const whole = folder.file('tiny.gguf');
    await copyFile(EMBEDDED_MODEL, whole);
    const parts = await splitModel(whole, 5);
    const plan = planDeviceMapper(planModelDisk(await readModel(parts[0], folder.path)));
    expect(plan.disks.filter((path) => path !== undefined)).toEqual(parts);
    const disk = folder.file('disk.img');
    await withMappedDisk(plan, (mapped) => assemble(mapped, disk));

    expect(e2fsck(disk)).toMatchObject({ status: 0 });
    const image = fileData(disk, (await stat(disk)).size);
    await withLibext2fs(image, async (fileSystem) => {
      for (const [index, part] of parts.entries()) {
        const expected = await readFile(part);
        const name = `/tiny-0000${index + 1}-of-00005.gguf`;
        const content = await readWithLibext2fs(fileSystem, name, expected.length + 1);
        expect(sha256(content), name).toBe(sha256(expected));
      }
    });
  });
});
