import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { FatEntry } from '../../../src/formats/fat/plan.js';
import { openImage } from '../../../src/inspect/open-image.js';
import { verifyImage } from '../../../src/inspect/verify.js';
import type { Verification } from '../../../src/inspect/verify.js';
import { file } from '../../formats/fat/layouts.js';
import { espDisk } from '../samples.js';
import { imageBytes } from '../../support/images.js';
import { temporaryFolder } from '../../support/temporary.js';
import { SMALL_VOLUME, fatBytes, oddlyNamed, setFatEntry, volumeOf } from './samples.js';

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

const STORIES: readonly FatEntry[] = [
  file('/stories15M.bin', 'too short'),
  file('/tokenizer.bin', 'too'),
];

describe('verifyImage of a FAT volume', () => {
  it('finds no problem in a planned volume, and reports what was not checked', async () => {
    const entries = SMALL_VOLUME.filter(({ path }) => path !== '/llama2.cfg');
    expect(await verify(await fatBytes(entries))).toMatchObject({
      kind: 'fat',
      problems: [],
      problemCount: 0,
      models: [],
      structure: { type: 'FAT12', fileCount: 6, directoryCount: 4 },
      notes: [expect.stringMatching(/no second reader/)],
    });
  });

  it('verifies a partition, and reports a damaged partition table', async () => {
    const disk = await imageBytes(espDisk([file('/a')]));
    expect(await verify(disk)).toMatchObject({ kind: 'fat', problemCount: 0 });
    disk[512 + 60]! ^= 1;
    expect(await verify(disk)).toMatchObject({
      problems: [{ check: 'partition table', code: 'gpt-primary-header' }],
      structure: { fileCount: 1 },
    });
  });

  it('reports FATs that differ, and then checks no model', async () => {
    const bytes = await fatBytes(STORIES, { type: 'FAT16' });
    const { bootSector } = await volumeOf(bytes);
    bytes[bootSector.fatOffset + bootSector.fatSectorCount * 512 + 6]! ^= 1;
    expect(await verify(bytes)).toMatchObject({
      problems: [{ check: 'structure', code: 'fat-copies', where: 'FAT 2' }],
      notes: [expect.stringMatching(/no model was checked/)],
    });
  });

  it('warns about labels that differ, and still checks the models', async () => {
    const bytes = await fatBytes([file('/m.gguf', 'GGUF')], { type: 'FAT16', label: 'OLD' });
    bytes.set(Buffer.from('NEW'), Buffer.from(bytes).indexOf('OLD'));
    expect(await verify(bytes)).toMatchObject({
      problems: [{ code: 'model-truncated', where: '/m.gguf' }],
      warnings: [{ check: 'structure', code: 'label', where: '/' }],
    });
  });

  it('describes at most 1000 problems, and counts all of them', async () => {
    const bytes = await fatBytes([], { type: 'FAT16' });
    for (let cluster = 2; cluster < 2600; cluster += 2) {
      await setFatEntry(bytes, cluster, 0xffff);
    }
    const { problems, problemCount } = await verify(bytes);
    expect([problems.length, problemCount]).toEqual([1000, 1299]);
  });

  it('reports a volume that is smaller than its boot sector says', async () => {
    const bytes = await fatBytes();
    const verification = await verify(bytes.subarray(0, bytes.length - 4096));
    expect(verification.structure).toBeUndefined();
    expect(verification.problems).toMatchObject([{ code: 'volume-size', where: 'boot sector' }]);
  });

  it('reports truncated models of both formats', async () => {
    const { problems } = await verify(await fatBytes([file('/m.gguf', 'GGUF'), ...STORIES]));
    expect(problems).toMatchObject([
      { check: 'model', code: 'model-truncated', where: '/m.gguf' },
      { check: 'model', code: 'checkpoint-truncated', where: '/stories15M.bin' },
    ]);
  });

  it('escapes line breaks in names', async () => {
    const bytes = await oddlyNamed('a\nb');
    await setFatEntry(bytes, 2, 0);
    const { problems } = await verify(bytes);
    expect(problems.map(({ where }) => where)).toContain('/a\\x0ab');
    for (const { where, message } of problems) expect(where + message).not.toContain('\n');
  });
});
