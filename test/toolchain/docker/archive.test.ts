import { describe, expect, it } from 'vitest';
import { packFiles, unpackFile } from '../../../src/toolchain/docker/archive.js';
import type { BuilderFile } from '../../../src/toolchain/builder.js';
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

describe('unpackFile', () => {
  it('rejects an archive that has no file, or breaks off', async () => {
    const whole = await packed([{ path: 'x', data: new Uint8Array(5000) }]);
    for (const archive of [await packed([]), Buffer.alloc(0), whole.subarray(0, 2048)]) {
      await expect(unpackFile(archive)).rejects.toThrow(zosiaError('ZOSIA_DOCKER_FAILED'));
    }
  });
});
