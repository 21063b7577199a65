import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { bytesSegment, makeImage } from '../../src/image/image.js';
import { writeRaw } from '../../src/image/raw-writer.js';
import { zosiaError } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();
const HOLE_BYTES = 64 * 1024;

describe('writeRaw', () => {
  it('leaves gaps and long runs of zeros as holes', async () => {
    const path = folder.file('sparse.img');
    const data = new Uint8Array(100 * HOLE_BYTES);
    data[0] = 1;
    data[99 * HOLE_BYTES] = 2;
    const sizeBytes = 2 ** 33;
    await writeRaw(makeImage(sizeBytes, [bytesSegment(2 ** 32, data)]), path);
    const { size, blocks } = await stat(path);
    expect(size).toBe(sizeBytes);
    expect(blocks * 512).toBeLessThan(data.length / 2);
  });

  it.each([0, 1, 511, HOLE_BYTES - 1, HOLE_BYTES, HOLE_BYTES + 1])(
    'writes data round a hole that starts %i bytes off its boundary',
    async (shift) => {
      const path = folder.file(`shifted-${shift}.img`);
      const data = new Uint8Array(5 * HOLE_BYTES).fill(7);
      data.fill(0, HOLE_BYTES + shift, 3 * HOLE_BYTES + shift);
      const image = makeImage(data.length + shift + 9, [bytesSegment(shift, data)]);
      await writeRaw(image, path);
      const expected = new Uint8Array(image.sizeBytes);
      expected.set(data, shift);
      expect(Buffer.compare(await readFile(path), expected)).toBe(0);
    },
  );

  it('counts the data up to their length', async () => {
    const done: number[] = [];
    const image = makeImage(2 ** 22, [
      bytesSegment(0, new Uint8Array(2 ** 20 + 5).fill(1)),
      bytesSegment(2 ** 21, new Uint8Array(3).fill(1)),
    ]);
    await writeRaw(image, folder.file('progress.img'), { onProgress: (bytes) => done.push(bytes) });
    expect(done).toEqual([2 ** 20, 2 ** 20 + 5, 2 ** 20 + 8]);
  });

  it('leaves what was there, and nothing else, when cancelled or failed', async () => {
    const path = folder.file('kept.img');
    await writeFile(path, 'as it was');
    const controller = new AbortController();
    const image = makeImage(3 * 2 ** 20, [bytesSegment(0, new Uint8Array(3 * 2 ** 20).fill(1))]);
    const cancelled = writeRaw(image, path, {
      signal: controller.signal,
      onProgress: () => {
        controller.abort(new Error('cancelled'));
      },
    });
    await expect(cancelled).rejects.toThrow('cancelled');

    const source = { kind: 'file', path: folder.file('absent'), offset: 0 } as const;
    const failing = writeRaw(makeImage(1, [{ offset: 0, length: 1, source }]), path);
    await expect(failing).rejects.toThrow(zosiaError('ZOSIA_FILE_NOT_FOUND'));

    expect(await readFile(path, 'utf8')).toBe('as it was');
    expect((await readdir(folder.path)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});
