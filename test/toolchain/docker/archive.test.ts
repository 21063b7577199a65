import { describe, expect, it } from 'vitest';
import { packFiles, packLargeFile, unpackFile } from '../../../src/toolchain/docker/archive.js';
import type { BuilderFile } from '../../../src/toolchain/builder.js';
import { accessBytes } from '../../../src/image/random-access.js';
import type { RandomAccess } from '../../../src/image/random-access.js';
import { MIB } from '../../../src/image/units.js';
import { collect } from '../../support/async.js';
import { zosiaError } from '../../support/errors.js';

async function packed(files: readonly BuilderFile[]): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of packFiles(files)) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('packFiles', () => {
  it('gives the same bytes for the same files', async () => {
    const files = [{ path: 'a/ä', data: 'text' }];
    expect(await packed(files)).toEqual(await packed(files));
  });

  it('gives a file back whole, whether it is text, bytes or empty', async () => {
    const large = new Uint8Array(3_000_001).fill(7);
    for (const data of ['täxt', '', large]) {
      const bytes = await unpackFile(await packed([{ path: 'x', data }]));
      expect(Buffer.from(bytes).equals(Buffer.from(data as Uint8Array))).toBe(true);
    }
  });
});

describe('packLargeFile', () => {
  const pack = async (source: RandomAccess, signal?: AbortSignal): Promise<Buffer> =>
    Buffer.concat(await collect(packLargeFile('a/x', source, signal)));

  it.each([0, 1, 512, 3_000_001])('gives a file of %d bytes back whole', async (sizeBytes) => {
    const bytes = new Uint8Array(sizeBytes).map((_, index) => index);
    const unpacked = await unpackFile(await pack(accessBytes(bytes)));
    expect(Buffer.from(unpacked).equals(bytes)).toBe(true);
  });

  it('reads no more at once than a piece, and no more than is taken', async () => {
    const lengths: number[] = [];
    const source: RandomAccess = {
      sizeBytes: 2 ** 40,
      read(_, length) {
        lengths.push(length);
        return Promise.resolve(new Uint8Array(length));
      },
    };
    const archive = packLargeFile('x', source);
    for (let taken = 0; taken < 8 * MIB;) taken += (await archive.next()).value!.length;
    await archive.return();
    expect(Math.max(...lengths)).toBe(MIB);
    expect(lengths.length).toBeLessThan(16);
  });

  it('fails with what reading the file fails with, and with the reason of who cancels', async () => {
    const reason = new Error('gone');
    const source = { sizeBytes: 3 * MIB, read: () => Promise.reject(reason) };
    await expect(pack(source)).rejects.toBe(reason);
    const whole = accessBytes(new Uint8Array(10));
    await expect(pack(whole, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

describe('unpackFile', () => {
  it('rejects an archive that has no file, or breaks off', async () => {
    const whole = await packed([{ path: 'x', data: new Uint8Array(5000) }]);
    for (const archive of [await packed([]), Buffer.alloc(0), whole.subarray(0, 2048)]) {
      await expect(unpackFile(archive)).rejects.toThrow(zosiaError('ZOSIA_DOCKER_FAILED'));
    }
  });
});
