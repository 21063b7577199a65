import { randomFillSync } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ALIGNMENT_BYTES, alignedMemory } from '../../src/host/aligned-memory.js';
import { DirectWriter } from '../../src/host/direct-writer.js';
import { skipWhere } from '../support/skipping.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();
const MIB = 2 ** 20;
const FILE_BYTES = 8 * MIB;

type Write = (
  this: FileHandle,
  bytes: Uint8Array,
  start: number,
  length: number,
  position: number,
) => Promise<{ bytesWritten: number }>;

const probe = await mkdtemp(join(tmpdir(), 'zosia-direct-'));
const probed = await open(join(probe, 'file'), 'w');
const prototype = Object.getPrototypeOf(probed) as { write: Write };
const reallyWrite = prototype.write;
const opened = await DirectWriter.open(probed);
await opened?.close();
await probed.close();
await rm(probe, { recursive: true });

afterEach(() => {
  vi.restoreAllMocks();
});

/** What was written to a file in each way, and a hook that stands in for direct writes. */
async function watched(
  name: string,
  instead?: Write,
): Promise<{ file: FileHandle; writer: DirectWriter; bytes: { direct: number; cached: number } }> {
  const file = await open(folder.file(name), 'w+');
  await file.truncate(FILE_BYTES);
  const bytes = { direct: 0, cached: 0 };
  vi.spyOn(prototype, 'write').mockImplementation(async function (this: FileHandle, ...args) {
    const isDirect = this !== file;
    const result = await (isDirect && instead ? instead : reallyWrite).apply(this, args);
    bytes[isDirect ? 'direct' : 'cached'] += result.bytesWritten;
    return result;
  });
  return { file, writer: (await DirectWriter.open(file))!, bytes };
}

const refuse =
  (code: string): Write =>
  () =>
    Promise.reject(Object.assign(new Error(code), { code, syscall: 'write' }));

const memory = randomFillSync(alignedMemory(FILE_BYTES));

describe('DirectWriter', skipWhere(!opened, 'no direct I/O on this file system'), () => {
  it('writes what any writes leave in a file', async () => {
    const { file, writer, bytes } = await watched('any');
    const expected = Buffer.alloc(FILE_BYTES);
    const near = (most: number): fc.Arbitrary<number> =>
      fc
        .tuple(
          fc.nat(most / ALIGNMENT_BYTES - 1),
          fc.oneof(fc.constantFrom(0, 0, 1, ALIGNMENT_BYTES - 1), fc.nat(ALIGNMENT_BYTES - 1)),
        )
        .map(([blocks, more]) => blocks * ALIGNMENT_BYTES + more);
    await fc.assert(
      fc.asyncProperty(
        near(4 * MIB),
        near(4 * MIB),
        near(3 * MIB),
        fc.boolean(),
        async (offset, from, length, isInPlace) => {
          // Unless what begins a block in the file begins a page in memory, too, it cannot be direct.
          const start = isInPlace ? offset : from;
          const written = memory.subarray(start, start + length);
          expected.set(written, offset);
          await writer.write(written, offset);
        },
      ),
      { numRuns: 40 },
    );
    await writer.close();
    await file.close();
    expect((await readFile(folder.file('any'))).equals(expected)).toBe(true);
    expect(bytes.direct).toBeGreaterThan(MIB);
    expect(bytes.cached).toBeGreaterThan(MIB);
  });

  it('leaves only the parts of blocks at both ends to the page cache', async () => {
    const { file, writer, bytes } = await watched('ends');
    const [start, end] = [ALIGNMENT_BYTES - 1, 4 * MIB + 2];
    await writer.write(memory.subarray(start, end), start);
    expect(bytes).toEqual({ direct: 4 * MIB - ALIGNMENT_BYTES, cached: 3 });
    await writer.close();
    await file.close();
  });

  it.each([
    ['short', memory.subarray(0, MIB - 1)],
    ['from memory that begins on no page', Buffer.from(memory.subarray(0, 2 * MIB))],
  ])('writes %s pieces through the page cache', async (_, piece) => {
    const { file, writer, bytes } = await watched('cached');
    await writer.write(piece, 0);
    expect(bytes).toEqual({ direct: 0, cached: piece.length });
    await writer.close();
    await file.close();
  });

  it.each([3 * ALIGNMENT_BYTES, MIB, 511, MIB + 1])(
    'goes on where the system writes only %i bytes at once',
    async (most) => {
      await writeFile(folder.file('short'), '');
      const other = await open(folder.file('short'), 'r+');
      const { file, writer, bytes } = await watched('short', (piece, start, length, position) =>
        reallyWrite.call(other, piece, start, Math.min(length, most), position),
      );
      await writer.write(memory.subarray(0, 2 * MIB), MIB);
      // What follows a part of a block cannot be direct.
      expect(bytes.direct).toBe(most % ALIGNMENT_BYTES === 0 ? 2 * MIB : most);
      for (const handle of [writer, file, other]) await handle.close();
      const found = await readFile(folder.file('short'));
      expect(found.subarray(MIB, 3 * MIB).equals(memory.subarray(0, 2 * MIB))).toBe(true);
    },
  );

  it.each(['EINVAL', 'EOPNOTSUPP'])(
    'writes through the page cache where the file system says %s to direct writes',
    async (code) => {
      const instead = vi.fn(refuse(code));
      const { file, writer, bytes } = await watched('refused', instead);
      await writer.write(memory.subarray(0, 2 * MIB), 0);
      await writer.write(memory.subarray(2 * MIB, 4 * MIB), 2 * MIB);
      expect(instead).toHaveBeenCalledOnce();
      expect(bytes).toEqual({ direct: 0, cached: 4 * MIB });
      await writer.close();
      await file.close();
      const found = await readFile(folder.file('refused'));
      expect(found.subarray(0, 4 * MIB).equals(memory.subarray(0, 4 * MIB))).toBe(true);
    },
  );

  it('goes on through the page cache when another write has found that there is no direct I/O', async () => {
    let refuseNow = (): void => undefined;
    const refused = new Promise<void>((resolve) => (refuseNow = resolve));
    const other = await open(folder.file('race'), 'w');
    const { file, writer, bytes } = await watched(
      'race',
      async (piece, start, length, position) => {
        if (position === 0) {
          refuseNow();
          return refuse('EINVAL').call(file, piece, start, length, position);
        }
        // Written in part, while the first one ends all direct writes.
        await refused;
        for (let turn = 0; turn < 5; turn++) await setImmediate();
        return reallyWrite.call(other, piece, start, Math.min(length, MIB), position);
      },
    );
    await Promise.all(
      [4 * MIB, 0].map((at) => writer.write(memory.subarray(at, at + 4 * MIB), at)),
    );
    expect(bytes).toEqual({ direct: MIB, cached: 7 * MIB });
    for (const handle of [writer, file, other]) await handle.close();
    expect((await readFile(folder.file('race'))).equals(memory)).toBe(true);
  });

  it('leaves the other writes whole when one of them fails', async () => {
    const other = await open(folder.file('one fails'), 'w');
    const { file, writer } = await watched('one fails', (piece, start, length, position) =>
      position === 0
        ? refuse('EIO').call(file, piece, start, length, position)
        : reallyWrite.call(other, piece, start, length, position),
    );
    const outcomes = await Promise.allSettled(
      [0, 2, 4, 6].map((at) => writer.write(memory.subarray(at * MIB, (at + 2) * MIB), at * MIB)),
    );
    expect(outcomes.map(({ status }) => status)).toEqual([
      'rejected',
      ...Array<string>(3).fill('fulfilled'),
    ]);
    for (const handle of [writer, file, other]) await handle.close();
    const found = await readFile(folder.file('one fails'));
    expect(found.subarray(2 * MIB).equals(memory.subarray(2 * MIB))).toBe(true);
  });

  it.each(['ENOSPC', 'EIO'])('throws the %s of a direct write', async (code) => {
    const { file, writer } = await watched('failed', refuse(code));
    const writing = writer.write(memory.subarray(0, 2 * MIB), 0);
    await expect(writing).rejects.toMatchObject({ code });
    await writer.close();
    await file.close();
  });
});

describe('DirectWriter.open', () => {
  it('returns undefined where the system has no direct I/O, or gives no other way to the file', async () => {
    const file = await open(folder.file('none'), 'w');
    expect(await DirectWriter.open(file, {})).toBeUndefined();
    expect(await DirectWriter.open({ fd: 2 ** 30 } as FileHandle)).toBeUndefined();
    await file.close();
  });
});
