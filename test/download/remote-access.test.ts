import { describe, expect, it, onTestFinished } from 'vitest';
import { openRemote } from '../../src/download/remote-access.js';
import type { RemoteAccessOptions } from '../../src/download/remote-access.js';
import type { RemoteFile } from '../../src/download/remote-file.js';
import type { OpenRandomAccess } from '../../src/image/random-access.js';
import { withoutProxy } from '../artifacts/repository.js';
import { place, someBytes } from './support.js';

withoutProxy();

const BYTES = someBytes(95_000);

async function opened(
  file: RemoteFile,
  options: RemoteAccessOptions = {},
): Promise<OpenRandomAccess> {
  const access = await openRemote(file, {
    blockBytes: 10_000,
    cachedBlocks: 3,
    timings: { firstRetryDelayMs: 1, attempts: 3 },
    ...options,
  });
  onTestFinished(() => access.close());
  return access;
}

describe('openRemote', () => {
  it('reads at any place, and asks for each block once while it is kept', async () => {
    const { server, unknown } = await place({ bytes: BYTES });
    const access = await opened(unknown);
    expect(access.sizeBytes).toBe(95_000);
    for (const [from, length] of [
      [0, 100],
      [50, 9950],
      [9_990, 20],
      [0, 25_000],
    ] as const) {
      const found = await access.read(from, length);
      expect(Buffer.compare(found, BYTES.subarray(from, from + length))).toBe(0);
    }
    expect(server.requests.map(({ headers }) => headers.range)).toEqual([
      'bytes=0-9999',
      'bytes=10000-19999',
      'bytes=20000-29999',
    ]);
    expect(Buffer.compare(await access.read(0, 95_000), BYTES)).toBe(0);
    await expect(access.read(94_999, 2)).rejects.toThrow(RangeError);
  });

  it('tries again where a request fails', async () => {
    const { unknown } = await place({
      bytes: BYTES,
      fault: (index) => (index % 2 === 0 ? { kind: 'truncate', afterBytes: 500 } : undefined),
    });
    const access = await opened(unknown);
    expect(Buffer.compare(await access.read(5, 90_000), BYTES.subarray(5, 90_005))).toBe(0);
  });

  it('refuses a server without ranges, and takes what is small whole from it', async () => {
    const { unknown } = await place({ bytes: BYTES, hasRanges: false });
    await expect(opened(unknown)).rejects.toThrow('it does not send parts of files');
    const small = await place({ bytes: BYTES.subarray(0, 5000), hasRanges: false });
    const access = await opened(small.unknown);
    expect(await access.read(4990, 10)).toEqual(BYTES.slice(4990, 5000));
  });

  it('tells of a file that changes while it is read, and of one of another size', async () => {
    const { server, unknown, file } = await place({ bytes: BYTES });
    await expect(opened({ ...file, sizeBytes: 94_000 })).rejects.toMatchObject({
      code: 'ZOSIA_DOWNLOAD_CORRUPT',
    });
    const access = await opened(unknown);
    server.change(someBytes(95_000, 9));
    await expect(access.read(20_000, 5)).rejects.toMatchObject({
      code: 'ZOSIA_DOWNLOAD_FAILED',
      message: expect.stringContaining('has changed on 127.0.0.1'),
    });
  });
});
