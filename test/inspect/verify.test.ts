import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { planExt4 } from '../../src/formats/ext4/plan.js';
import type { Ext4Entry } from '../../src/formats/ext4/plan.js';
import { accessBytes } from '../../src/image/random-access.js';
import { openExt4Volume } from '../../src/inspect/ext4/volume.js';
import { openImage } from '../../src/inspect/open-image.js';
import { verifyImage } from '../../src/inspect/verify.js';
import type { Verification } from '../../src/inspect/verify.js';
import { gptBytes, mbrDisk } from '../formats/gpt/disks.js';
import { imageBytes } from '../support/images.js';
import { temporaryFolder } from '../support/temporary.js';
import { SMALL_TREE, ext4, file } from './samples.js';

const folder = temporaryFolder();

async function verify(bytes: Uint8Array): Promise<Verification> {
  await writeFile(folder.file('verify.img'), bytes);
  const image = await openImage(folder.file('verify.img'));
  try {
    return await verifyImage(image);
  } finally {
    await image.close();
  }
}

const bytesOf = async (entries: readonly Ext4Entry[]): Promise<Uint8Array> =>
  (await imageBytes(planExt4(entries, { label: 'X', blockSizeBytes: 1024 }))).slice();

describe('verifyImage of an ext4 file system', () => {
  it('finds no problem in a planned image, and reports what was read', async () => {
    expect(await verify(await bytesOf(SMALL_TREE))).toMatchObject({
      problems: [],
      problemCount: 0,
      notes: [],
      structure: { fileCount: 2, symlinkCount: 4, specialFileCount: 3, hasChecksums: true },
      secondReader: { nameCount: 13, attributesCount: 13, wholeFileCount: 3, partFileCount: 0 },
      models: [],
    });
  });

  it('verifies a partition, and reports a damaged partition table', async () => {
    expect(await verify(await imageBytes(mbrDisk([ext4()])))).toMatchObject({ problemCount: 0 });
    const bytes = await imageBytes(ext4());
    const sectors = Math.ceil(bytes.length / 512);
    const disk = gptBytes(sectors + 128, [{ firstSector: 64, lastSector: 63 + sectors }]);
    disk.set(bytes, 64 * 512);
    disk[512 + 60]! ^= 1;
    expect((await verify(disk)).problems).toMatchObject([
      { check: 'partition table', code: 'gpt-primary-header' },
    ]);
  });

  it('reports damage to the structure, and makes no further checks', async () => {
    const bytes = await bytesOf(SMALL_TREE);
    const { superblock } = await openExt4Volume(accessBytes(bytes));
    bytes[superblock.blockSizeBytes * 2 + 0x10]! ^= 1;
    const verification = await verify(bytes);
    expect(verification.problems[0]).toMatchObject({ check: 'structure', where: 'group 0' });
    expect(verification.problemCount).toBeGreaterThan(0);
    expect(verification.notes).toEqual([expect.stringMatching(/structure is damaged/)]);
    expect(verification).toMatchObject({ kind: 'ext4', secondReader: undefined });
  });

  it('reports an unreadable superblock', async () => {
    const bytes = await bytesOf(SMALL_TREE);
    bytes.fill(0xff, 1024 + 0x20, 1024 + 0x30);
    expect(await verify(bytes)).toMatchObject({ structure: undefined });
    expect((await verify(bytes)).problemCount).toBeGreaterThan(0);
  });

  it('reports models that are truncated or no GGUF', async () => {
    const models = [
      file('/model.gguf', 'GGUF\x03\0\0\0'),
      file('/deep/other.GGUF', '<html>Not found</html>'),
      file('/readme.txt', 'no model'),
    ];
    const { problems } = await verify(await bytesOf(models));
    expect(problems).toMatchObject([
      { check: 'model', code: 'model-not-gguf', where: '/deep/other.GGUF' },
      { check: 'model', code: 'model-truncated', where: '/model.gguf' },
    ]);
  });
});
