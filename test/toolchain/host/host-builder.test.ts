import { describe, expect, it } from 'vitest';
import { accessBytes } from '../../../src/image/random-access.js';
import type { RandomAccess } from '../../../src/image/random-access.js';
import { MIB } from '../../../src/image/units.js';
import { withHostBuilder } from '../../../src/toolchain/host/host-builder.js';
import { zosiaError } from '../../support/errors.js';

const PATH = { searchPath: [] };

describe('copy of a builder that is this host', () => {
  it('puts a file into a folder, which is made', async () => {
    const bytes = Uint8Array.from({ length: 3_000_001 }, (_, index) => index);
    const read = await withHostBuilder(PATH, async (builder) => {
      await builder.copy(accessBytes(bytes), 'a b/c/large');
      return Buffer.from(await builder.read('a b/c/large'));
    });
    expect(read.equals(bytes)).toBe(true);
  });

  it('reads piece by piece, and stops when it is cancelled', async () => {
    const controller = new AbortController();
    const lengths: number[] = [];
    const source: RandomAccess = {
      sizeBytes: 2 ** 40,
      read(_, length) {
        if (lengths.push(length) === 3) controller.abort(new Error('enough'));
        return Promise.resolve(new Uint8Array(length));
      },
    };
    const failure = withHostBuilder({ ...PATH, signal: controller.signal }, (builder) =>
      builder.copy(source, 'x'),
    );
    await expect(failure).rejects.toThrow('enough');
    expect(lengths).toEqual([MIB, MIB, MIB]);
  });

  it('names the folder for temporary files when that is full', async () => {
    const full = Object.assign(new Error('full'), { code: 'ENOSPC' });
    const source = { sizeBytes: 1, read: () => Promise.reject(full) };
    const failure = withHostBuilder(PATH, (builder) => builder.copy(source, 'x'));
    await expect(failure).rejects.toThrow(zosiaError('ZOSIA_DISK_FULL'));
    await expect(failure).rejects.toThrow('the folder for temporary files');
  });
});
