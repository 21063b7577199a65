import { randomBytes } from 'node:crypto';
import type * as fs from 'node:fs/promises';
import { open, readdir, statfs, truncate, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bytesSegment, makeImage } from '../../src/image/image.js';
import type { Segment } from '../../src/image/image.js';
import { writeRaw } from '../../src/host/raw-writer.js';
import { zosiaError } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary.js';

vi.mock('node:fs/promises', async (importOriginal) => {
  const original = await importOriginal<typeof fs>();
  return { ...original, statfs: vi.fn(original.statfs) };
});

type Statfs = Awaited<ReturnType<typeof fs.statfs>>;

const folder = temporaryFolder();
const MIB = 2 ** 20;

afterEach(() => {
  vi.mocked(statfs).mockReset();
});

/** Makes every file system report this much free space. */
function withFree(mebibytes: number, blocks = 1000): void {
  const bsize = 4096;
  const bavail = (mebibytes * MIB) / bsize;
  // Space that only root may use does not count.
  vi.mocked(statfs).mockResolvedValue({ bsize, bavail, bfree: 10 * bavail, blocks } as Statfs);
}

async function sourceFile(name: string, sizeBytes: number, dataBytes: number): Promise<Segment> {
  const path = folder.file(name);
  // Nothing that a file system could compress.
  await writeFile(path, randomBytes(dataBytes));
  await truncate(path, sizeBytes);
  const handle = await open(path, 'r+');
  await handle.sync();
  await handle.close();
  return { offset: 4096, length: sizeBytes, source: { kind: 'file', path, offset: 0 } };
}

describe('writeRaw on a disk that is nearly full', () => {
  it('reports the needed and the free space before it copies', async () => {
    const image = makeImage(20 * MIB, [await sourceFile('dense', 3 * MIB, 3 * MIB)]);
    const before = await readdir(folder.path);
    withFree(2);
    const done: number[] = [];
    const out = folder.file('refused.img');
    const write = writeRaw(image, out, { onProgress: (bytes) => done.push(bytes) });
    await expect(write).rejects.toThrow(zosiaError('ZOSIA_DISK_FULL'));
    await expect(write).rejects.toThrow('needs 3 MiB, 2 MiB are free');
    expect(done).toEqual([]);
    expect(statfs).toHaveBeenCalledWith(folder.path);
    expect(await readdir(folder.path)).toEqual(before);
  });

  it('does not count gaps, zeros in memory, or the holes of sparse files', async () => {
    const sparse = await sourceFile('sparse', 8 * MIB, MIB);
    const zeros = new Uint8Array(3 * MIB).fill(1, 0, 4096);
    const image = makeImage(2 ** 33, [sparse, bytesSegment(2 ** 32, zeros)]);
    withFree(2);
    await writeRaw(image, folder.file('fits.img'));
    withFree(0.5);
    await expect(writeRaw(image, folder.file('does not.img'))).rejects.toThrow(
      'needs 2 MiB, 0 MiB',
    );
  });

  it('tries to write when the free space is unknown', async () => {
    const image = makeImage(MIB, [bytesSegment(0, Uint8Array.of(1))]);
    withFree(0, 0);
    await writeRaw(image, folder.file('not told.img'));
    vi.mocked(statfs).mockRejectedValue(new Error('ENOSYS'));
    await writeRaw(image, folder.file('not known.img'));
    withFree(0);
    await expect(writeRaw(image, folder.file('full.img'))).rejects.toThrow('no room');
  });
});
