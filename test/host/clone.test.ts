import { constants } from 'node:fs';
import type * as fs from 'node:fs/promises';
import { chmod, copyFile, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { cloneCandidate, cloneFile, planClone } from '../../src/host/clone.js';
import { readStamp } from '../../src/host/file-stamp.js';
import { bytesSegment, flatten, makeImage } from '../../src/image/image.js';
import type { Image, Segment } from '../../src/image/image.js';
import { writeRaw } from '../../src/host/raw-writer.js';
import { zosiaError } from '../support/errors.js';
import { imageBytes } from '../support/images.js';
import { temporaryFolder } from '../support/temporary.js';
import { underUmask } from '../support/umask.js';

/**
 * A clone differs from a copy only in the space and time it needs, so a copy is used in its place:
 * these tests mean the same on a file system that cannot clone.
 */
vi.mock(import('node:fs/promises'), async (importOriginal) => {
  const original = await importOriginal();
  return { ...original, copyFile: vi.fn(original.copyFile) };
});
const { copyFile: realCopyFile } = await vi.importActual<typeof fs>('node:fs/promises');

const folder = temporaryFolder();
const MIB = 2 ** 20;
const FILE_BYTES = 2 * MIB + 5;
const FILE = randomBytes(FILE_BYTES);

function file(offset: number, path: string, from: number, length: number): Segment {
  return { offset, length, source: { kind: 'file', path, offset: from } };
}

async function baseFile(): Promise<string> {
  const path = folder.file('base');
  await writeFile(path, FILE);
  return path;
}

function copiesAsClones(): void {
  vi.mocked(copyFile).mockImplementation(async (from, to, mode) => {
    expect(mode).toBe(constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
    await realCopyFile(from, to, constants.COPYFILE_EXCL);
  });
}

afterEach(() => {
  vi.mocked(copyFile).mockReset().mockImplementation(realCopyFile);
});

describe('cloneCandidate', () => {
  const candidate = (...segments: Segment[]): string | undefined =>
    cloneCandidate(
      makeImage(100 * MIB, segments).segments.flatMap((one) =>
        flatten(makeImage(100 * MIB, [one])),
      ),
    );

  it('returns the file with the most data in place', () => {
    expect(candidate(file(0, 'whole', 0, MIB))).toBe('whole');
    expect(
      candidate(
        file(0, 'a', 0, 2 * MIB),
        file(2 * MIB, 'b', 2 * MIB, MIB),
        file(4 * MIB, 'b', 4 * MIB, 3 * MIB),
        file(8 * MIB, 'a', 8 * MIB, MIB),
      ),
    ).toBe('b');
  });

  it('returns undefined when files are at other offsets in the image, or small', () => {
    expect(candidate(file(4096, 'model', 0, 50 * MIB))).toBeUndefined();
    expect(candidate(file(0, 'small', 0, MIB - 1))).toBeUndefined();
    expect(candidate(bytesSegment(0, new Uint8Array(MIB)))).toBeUndefined();
  });
});

/** Images that are mostly the base file in place, with gaps and other data in between. */
function imagesOver(path: string): fc.Arbitrary<Image> {
  const cuts = fc.array(
    fc.tuple(
      fc.oneof(fc.nat(FILE_BYTES), fc.constantFrom(0, MIB, FILE_BYTES, FILE_BYTES - MIB)),
      fc.oneof(fc.nat(100), fc.nat(10_000), fc.constantFrom(4095, 4096, MIB)),
      fc.constantFrom('gap', 'bytes', 'elsewhere'),
    ),
    { maxLength: 4 },
  );
  const end = fc
    .oneof(fc.nat(2 * MIB), fc.constantFrom(0, 1, 4096))
    .map((more) => FILE_BYTES + more);
  return fc.tuple(cuts, end, fc.boolean()).map(([some, imageBytes, tail]) => {
    const segments: Segment[] = [];
    let at = 0;
    const inPlaceTo = (to: number): void => {
      if (to > at) segments.push(file(at, path, at, to - at));
      at = Math.max(at, to);
    };
    for (const [place, length, kind] of some.toSorted(([a], [b]) => a - b)) {
      inPlaceTo(Math.min(place, FILE_BYTES));
      const cut = Math.min(length, imageBytes - at, FILE_BYTES);
      if (cut <= 0) continue;
      if (kind === 'bytes') segments.push(bytesSegment(at, new Uint8Array(cut).fill(9)));
      if (kind === 'elsewhere') segments.push(file(at, path, FILE_BYTES - cut, cut));
      at += cut;
    }
    inPlaceTo(FILE_BYTES);
    if (tail && at < imageBytes) segments.push(bytesSegment(imageBytes - 1, Uint8Array.of(3)));
    return makeImage(imageBytes, segments);
  });
}

describe('planClone', () => {
  it('plans an overlay that turns the file into the image', async () => {
    const path = await baseFile();
    let planned = 0;
    await fc.assert(
      fc.asyncProperty(imagesOver(path), async (image) => {
        const plan = planClone(image.sizeBytes, flatten(image), path, FILE_BYTES);
        if (!plan) return;
        planned++;
        const written = Buffer.alloc(image.sizeBytes);
        FILE.copy(written);
        const overlay = await imageBytes(makeImage(image.sizeBytes, plan.overlay));
        for (const { offset, length } of plan.overlay) {
          written.set(overlay.subarray(offset, offset + length), offset);
        }
        expect(written.equals(await imageBytes(image))).toBe(true);
        const dataBytes = flatten(image).reduce((sum, { length }) => sum + length, 0);
        expect(plan.inPlaceBytes).toBeLessThanOrEqual(dataBytes);
      }),
      { numRuns: 60 },
    );
    expect(planned).toBeGreaterThan(20);
  });

  it('returns undefined when most of the file would be overwritten', () => {
    const leaves = flatten(makeImage(10 * MIB, [file(0, 'f', 0, 4 * MIB)]));
    expect(planClone(10 * MIB, leaves, 'f', 10 * MIB)).toBeUndefined();
    expect(planClone(10 * MIB, leaves, 'f', 7 * MIB)).toBeDefined();
    expect(planClone(4 * MIB, leaves, 'f', 2 ** 40)).toEqual({
      inPlaceBytes: 4 * MIB,
      overlay: [],
    });
  });

  it('puts data that reaches past the end of the file into the overlay', () => {
    const image = makeImage(8 * MIB, [
      file(0, 'f', 0, 4 * MIB),
      file(4 * MIB, 'f', 4 * MIB, 2 * MIB),
    ]);
    const plan = planClone(image.sizeBytes, flatten(image), 'f', 5 * MIB);
    expect(plan?.overlay).toEqual([file(4 * MIB, 'f', 4 * MIB, 2 * MIB)]);
  });
});

describe('writeRaw over a clone', () => {
  it('writes the same bytes as without a clone', async () => {
    const path = await baseFile();
    copiesAsClones();
    const whole = makeImage(FILE_BYTES, [file(0, path, 0, FILE_BYTES)]);
    const most = makeImage(FILE_BYTES, [
      bytesSegment(0, new Uint8Array(4096).fill(9)),
      file(4096, path, 4096, FILE_BYTES - 4096),
    ]);
    await fc.assert(
      fc.asyncProperty(imagesOver(path), async (image) => {
        const out = folder.file('cloned.img');
        await writeRaw(image, out, { durable: false });
        expect((await readFile(out)).equals(await imageBytes(image))).toBe(true);
      }),
      // Of the generated images some are cloned, perhaps; of these all.
      { numRuns: 15, examples: [[whole], [most]] },
    );
    expect(vi.mocked(copyFile).mock.calls.length).toBeGreaterThanOrEqual(2);
    expect((await readFile(path)).equals(FILE)).toBe(true);
  });

  it('clones a whole file, even a read-only one, and reports it as progress', async () => {
    const path = await baseFile();
    await chmod(path, 0o444);
    copiesAsClones();
    const progress: number[][] = [];
    const out = folder.file('whole.img');
    await writeRaw(makeImage(FILE_BYTES, [file(0, path, 0, FILE_BYTES)]), out, {
      mode: 0o640,
      onProgress: (...numbers) => progress.push(numbers),
    });
    await chmod(path, 0o644);
    expect(progress).toEqual([[FILE_BYTES, FILE_BYTES]]);
    expect((await stat(out)).mode & 0o777).toBe(await underUmask(0o640));
    expect((await readFile(out)).equals(FILE)).toBe(true);
  });

  it('copies when the file system cannot clone', async () => {
    const path = await baseFile();
    vi.mocked(copyFile).mockRejectedValue(Object.assign(new Error(), { code: 'ENOTSUP' }));
    const out = folder.file('copied.img');
    await writeRaw(makeImage(FILE_BYTES + 1, [file(0, path, 0, FILE_BYTES)]), out);
    expect((await readFile(out)).equals(Buffer.concat([FILE, new Uint8Array(1)]))).toBe(true);
  });

  it('refuses a file that changed before or while it was cloned', async () => {
    const path = await baseFile();
    const source = { kind: 'file', path, offset: 0, expect: await readStamp(path) } as const;
    const image = makeImage(FILE_BYTES, [{ offset: 0, length: FILE_BYTES, source }]);
    const out = folder.file('changed.img');
    vi.mocked(copyFile).mockImplementation(async (from, to, mode) => {
      await realCopyFile(from, to, (mode ?? 0) & ~constants.COPYFILE_FICLONE_FORCE);
      await writeFile(path, FILE.subarray(1));
    });
    await expect(writeRaw(image, out)).rejects.toThrow(zosiaError('ZOSIA_FILE_CHANGED'));
    vi.mocked(copyFile).mockClear();
    await expect(writeRaw(image, out)).rejects.toThrow(zosiaError('ZOSIA_FILE_CHANGED'));
    expect(copyFile).not.toHaveBeenCalled();
    const left = await readdir(folder.path);
    expect(left.filter((name) => name.endsWith('.tmp') || name === 'changed.img')).toEqual([]);
  });
});

describe('cloneFile', () => {
  it('returns false and leaves no file when it cannot clone', async () => {
    const target = folder.file('no clone');
    expect(await cloneFile(folder.file('absent'), target)).toBe(false);
    expect(await readdir(folder.path)).not.toContain('no clone');
  });

  it('clones the target of a symlink', async () => {
    const path = await baseFile();
    copiesAsClones();
    await symlink(path, folder.file('link'));
    expect(await cloneFile(folder.file('link'), folder.file('of link'))).toBe(true);
    expect(vi.mocked(copyFile).mock.calls[0]![0]).toBe(
      await vi.importActual<typeof fs>('node:fs/promises').then(({ realpath }) => realpath(path)),
    );
  });
});
