import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { rememberedDigest, rememberedDigestPath } from '../../src/host/remembered-digest.js';
import { sha256 } from '../../src/image/sha256.js';
import { temporaryFolder } from '../support/temporary.js';

const LONG_AGO = new Date('2020-01-02T03:04:05Z');
const OTHER_TIME = new Date('2021-01-02T03:04:05Z');

describe('the digest of a file', () => {
  const folder = temporaryFolder();
  let file = '';

  const write = async (text: string, time: Date): Promise<void> => {
    await writeFile(file, text);
    await utimes(file, time, time);
  };
  const isRemembered = async (): Promise<boolean> =>
    stat(rememberedDigestPath(file)).then(
      () => true,
      () => false,
    );

  beforeEach(async () => {
    file = folder.file('image');
    await rm(rememberedDigestPath(file), { recursive: true, force: true });
    await write('contents', LONG_AGO);
  });

  it('is remembered, and then believed while size and time are the same', async () => {
    expect(await rememberedDigest(file)).toBe(sha256('contents'));
    expect(await isRemembered()).toBe(true);
    await write('c0ntents', LONG_AGO);
    expect(await rememberedDigest(file)).toBe(sha256('contents'));
  });

  it('is taken anew from a file of another time, or of another size', async () => {
    await rememberedDigest(file);
    await write('c0ntents', OTHER_TIME);
    expect(await rememberedDigest(file)).toBe(sha256('c0ntents'));
    await write('contents and more', OTHER_TIME);
    expect(await rememberedDigest(file)).toBe(sha256('contents and more'));
    expect(await rememberedDigest(file)).toBe(sha256('contents and more'));
  });

  it('is not remembered of a file that may change again at what is the same time', async () => {
    await write('contents', new Date());
    expect(await rememberedDigest(file)).toBe(sha256('contents'));
    expect(await isRemembered()).toBe(false);
  });

  it.each(['', '{', 'null', '{"sizeBytes":8}'])(
    'is taken anew where %j is remembered',
    async (text) => {
      await writeFile(rememberedDigestPath(file), text);
      expect(await rememberedDigest(file)).toBe(sha256('contents'));
      expect(await readFile(rememberedDigestPath(file), 'utf8')).toContain(sha256('contents'));
    },
  );

  it('is told where it cannot be remembered', async () => {
    await mkdir(rememberedDigestPath(file));
    expect(await rememberedDigest(file)).toBe(sha256('contents'));
  });

  it('is none of a file that is missing', async () => {
    await expect(rememberedDigest(folder.file('absent'))).rejects.toMatchObject({
      code: 'ZOSIA_FILE_NOT_FOUND',
    });
  });
});
