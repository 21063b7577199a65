import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { extractFiles } from '../../../src/inspect/extract.js';
import { openFileSystem } from '../../../src/inspect/file-system.js';
import { inspectImage } from '../../../src/inspect/inspect.js';
import { openImage } from '../../../src/inspect/open-image.js';
import { verifyImage } from '../../../src/inspect/verify.js';
import { zosiaError } from '../../support/errors.js';
import { temporaryFolder } from '../../support/temporary.js';
import { debugfs, describeWithE2fsprogs } from '../ext4/programs.js';
import { CHOICES, fillSmall, makeFeatureImage } from './feature-images.js';

const names = Object.keys(CHOICES);
const pairs = names.flatMap((name, i) => names.slice(i + 1).map((other) => [name, other]));
/** Each with the one that is half a list further on. */
const half = Math.ceil(names.length / 2);
const some = names.slice(0, half).map((name, i) => [name, names[(i + half) % names.length]!]);
/** All pairs, of which there are hundreds, are for the tier of other projects' tests. */
const tried = process.env.ZOSIA_FEATURE_PAIRS === 'all' ? pairs : some;
/** How many choices mke2fs of any version may refuse. */
const MOST_REFUSED = 10;

/** What a test needs of an open image, which is closed afterwards. */
async function withOpen<T>(
  path: string,
  use: (image: Awaited<ReturnType<typeof openImage>>) => Promise<T>,
): Promise<T> {
  const image = await openImage(path);
  try {
    return await use(image);
  } finally {
    await image.close();
  }
}

describeWithE2fsprogs('ext4 images with rare features', () => {
  const folder = temporaryFolder();
  let disk: string;
  let contents: string;
  beforeAll(async () => {
    disk = folder.file('disk.img');
    contents = folder.file('contents');
    await fillSmall(contents);
  });

  it(
    'are verified without problems if e2fsck finds them clean, whatever the features',
    { timeout: 600_000 },
    async () => {
      const notClean: Record<string, unknown> = {};
      let refusedCount = 0;
      for (const choices of tried) {
        const options = choices.flatMap((name) => CHOICES[name]!);
        if (!(await makeFeatureImage(disk, contents, options))) {
          refusedCount++;
          continue;
        }
        const { problems } = await withOpen(disk, (image) => verifyImage(image));
        if (problems.length > 0) notClean[choices.join(' and ')] = problems;
      }
      expect(notClean).toEqual({});
      expect(refusedCount).toBeLessThanOrEqual(MOST_REFUSED);
    },
  );

  it('are read, listed, mapped and extracted with several rare features at once', async () => {
    const choices = ['casefold', 'encrypt', 'ea_inode', 'bigalloc', 'project'];
    const options = choices.flatMap((name) => CHOICES[name]!);
    expect(await makeFeatureImage(disk, contents, options)).toBe(true);
    const { notes, problems, structure } = await withOpen(disk, (image) => verifyImage(image));
    expect(problems).toEqual([]);
    expect(notes).toContainEqual(expect.stringMatching(/^what is encrypted was not read.*\(4 /));
    expect(notes).toContainEqual(expect.stringMatching(/^the hashes of 1 names were not checked/));
    expect(notes).toContainEqual(expect.stringMatching(/it does not know bigalloc and casefold/));
    expect(structure).toMatchObject({ encryptedCount: 4, unhashedNameCount: 1 });

    const fileSystem = await openFileSystem(disk);
    try {
      const { reader } = fileSystem;
      const value = new Uint8Array(await readFile(join(contents, 'value')));
      for (const path of ['/inline', '/large']) {
        expect((await reader.xattrs(path)).get('user.value'), path).toEqual(value);
      }
      const listed: string[] = [];
      for await (const { name } of reader.list('/sealed')) listed.push(name);
      const shown = [0, 1, 2].map((i) =>
        Buffer.concat([Buffer.alloc(8), Buffer.from(`ciphertext of name ${i}`)]).toString(
          'base64url',
        ),
      );
      expect(listed.sort()).toEqual(shown);
      await expect(reader.open(`/sealed/${shown[0]!}`)).rejects.toThrow(
        zosiaError('ZOSIA_EXT4_ENCRYPTED'),
      );
      expect((await reader.stat('/no case/naïve ☃')).sizeBytes).toBe(16);
    } finally {
      await fileSystem.close();
    }

    const out = folder.file('out');
    const summary = await withOpen(disk, async (image) =>
      extractFiles(await image.tree(), { out }),
    );
    expect(summary.skipped.map(({ type }) => type)).toEqual(Array(3).fill('encrypted file'));
    for (const name of ['small', 'large', 'sparse', 'value']) {
      expect(await readFile(join(out, name))).toEqual(await readFile(join(contents, name)));
    }

    const { ext4 } = await withOpen(disk, (image) => inspectImage(image));
    const bytesOf = (what: string): number =>
      ext4!.map.reduce((sum, region) => sum + (region.what === what ? region.length : 0), 0);
    const freeBlocks = Number(/Free blocks:\s+(\d+)/.exec(debugfs(disk, ['stats']))![1]);
    expect(bytesOf('free')).toBe(freeBlocks * 1024);
    expect(bytesOf('attribute value')).toBe(2 * 1024);
  });
});
