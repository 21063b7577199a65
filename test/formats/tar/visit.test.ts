import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { corruptTar } from '../../../src/formats/tar/open.js';
import { visitTar } from '../../../src/formats/tar/visit.js';
import type { TarDataSink } from '../../../src/formats/tar/visit.js';

const BLOCK_BYTES = 512;
const NAMES = ['a', 'b', 'c'];
const CONTENTS = Buffer.alloc(70_000, 'x');

async function archive(): Promise<Buffer> {
  const writer = pack();
  for (const name of NAMES) writer.entry({ name, mtime: new Date(0) }, CONTENTS);
  writer.finalize();
  const pieces: Uint8Array[] = [];
  for await (const piece of writer) pieces.push(piece as Uint8Array);
  return Buffer.concat(pieces);
}

async function* pieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) {
    yield await Promise.resolve(bytes.subarray(at, at + length));
  }
}

/** What is called, in order, of a visitor whose call by that name fails. */
async function visited(
  fails: string,
  error: unknown,
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ calls: string[]; outcome: unknown }> {
  const calls: string[] = [];
  const call = (name: string): void => {
    if (calls.at(-1) !== name) calls.push(name);
    if (name === fails) throw error;
  };
  const outcome = await visitTar(
    chunks,
    ({ name }): TarDataSink => {
      call(`visit ${name}`);
      return {
        write: () => {
          call(`write ${name}`);
        },
        end: () => {
          call(`end ${name}`);
        },
      };
    },
    corruptTar,
  ).then(
    () => 'read',
    (thrown: unknown) => thrown,
  );
  return { calls, outcome };
}

const ALL = NAMES.flatMap((name) => [`visit ${name}`, `write ${name}`, `end ${name}`]);

describe('visitTar', () => {
  it.each([1, BLOCK_BYTES, 65_536, 1_000_000])(
    'gives every member its data, in pieces of %i bytes',
    async (length) => {
      const chunks = pieces(await archive(), length);
      expect(await visited('nothing', undefined, chunks)).toEqual({ calls: ALL, outcome: 'read' });
    },
  );

  describe.each(ALL)('where %s fails', (fails) => {
    it.each([
      ['an error of zosia', corruptTar('of the sink')],
      ['one of the system', Object.assign(new Error('full'), { code: 'ENOSPC', syscall: 'write' })],
      ['one that is no error', 'text'],
    ])('throws %s as it is, and calls nothing more', async (_name, error) => {
      for (const length of [BLOCK_BYTES, 1_000_000]) {
        const { calls, outcome } = await visited(fails, error, pieces(await archive(), length));
        expect(outcome).toBe(error);
        expect(calls).toEqual(ALL.slice(0, ALL.indexOf(fails) + 1));
      }
    });
  });

  it('throws the error of its source as it is', async () => {
    const error = new Error('broken pipe');
    const bytes = await archive();
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield* pieces(bytes.subarray(0, 1000), 100);
      throw error;
    }
    const { calls, outcome } = await visited('nothing', undefined, broken());
    expect(outcome).toBe(error);
    expect(calls).toEqual(['visit a', 'write a']);
  });

  it('ends for an archive that breaks off anywhere, as read or as corrupt', async () => {
    const bytes = await archive();
    // A member has a header, and its data in whole blocks; behind the last one are two blocks of zeros.
    const memberBytes = BLOCK_BYTES + Math.ceil(CONTENTS.length / BLOCK_BYTES) * BLOCK_BYTES;
    const ends = [0, 1, 511, 512, 513, 1024, 70_000, memberBytes, memberBytes + 512, 72_000];
    for (const end of [...ends, bytes.length - 1]) {
      const { outcome } = await visited('nothing', undefined, pieces(bytes.subarray(0, end), 700));
      if (outcome !== 'read') expect(outcome).toMatchObject({ code: 'ZOSIA_TAR_CORRUPT' });
      // In the middle of a member it is never taken for whole.
      const isWithin = end < NAMES.length * memberBytes && end % memberBytes > 0;
      if (isWithin) expect(outcome).not.toBe('read');
    }
  });
});
