import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, readdir, stat, truncate, writeFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOLE_BYTES } from '../../src/host/data-runs.js';
import { bytesSegment, makeImage } from '../../src/image/image.js';
import type { Segment } from '../../src/image/image.js';
import { digestFile, digestImage } from '../../src/host/digest.js';
import { writeRaw } from '../../src/host/raw-writer.js';
import { zosiaError } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();

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
    'writes data around a hole that starts %i bytes after a boundary',
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

  it('copies what need not be sparse as well, and writes what follows', async () => {
    const source = folder.file('base');
    const base = Buffer.concat([randomBytes(2 ** 20), Buffer.alloc(2 ** 20), randomBytes(7)]);
    await writeFile(source, base);
    const sizeBytes = base.length + 5;
    const tail = bytesSegment(base.length + 1, Buffer.from('tail'));
    const image = makeImage(sizeBytes, [file(0, source, base.length), tail]);
    const path = folder.file('dense copy');
    await writeRaw(image, path, { sparse: false, mode: 0o600 });
    const expected = Buffer.concat([base, Buffer.from('\0tail')]);
    expect(Buffer.compare(await readFile(path), expected)).toBe(0);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('keeps the holes of a source file', async () => {
    const source = folder.file('sparse source');
    const sizeBytes = 2 ** 26;
    const places = [0, 5 * HOLE_BYTES, 2 ** 25 + 1, sizeBytes - 1];
    await writeFile(source, '');
    await truncate(source, sizeBytes);
    const handle = await open(source, 'r+');
    for (const place of places) await handle.write('x', place);
    await handle.close();
    const path = folder.file('sparse copy');
    await writeRaw(makeImage(sizeBytes + HOLE_BYTES, [file(HOLE_BYTES, source, sizeBytes)]), path);
    expect((await stat(path)).blocks * 512).toBeLessThanOrEqual(8 * HOLE_BYTES);
    const [copy, original] = await Promise.all([
      digestFile(path, sizeBytes + HOLE_BYTES),
      digestImage(makeImage(sizeBytes + HOLE_BYTES, [file(HOLE_BYTES, source, sizeBytes)])),
    ]);
    expect(copy).toBe(original);
  });

  it.each([true, false])('writes data of many chunks (durable: %s)', async (durable) => {
    const path = folder.file('long.img');
    const source = folder.file('long source');
    const bytes = randomBytes(9 * 2 ** 20 + 13);
    await writeFile(source, bytes);
    const head = randomBytes(100);
    const image = makeImage(100 + bytes.length, [
      bytesSegment(0, head),
      file(100, source, bytes.length),
    ]);
    await writeRaw(image, path, { durable });
    expect((await readFile(path)).equals(Buffer.concat([head, bytes]))).toBe(true);
  });

  it('reports progress up to the length of the data', async () => {
    const calls: [number, number][] = [];
    const dataBytes = 9 * 2 ** 20 + 8;
    const image = makeImage(2 ** 25, [
      bytesSegment(0, new Uint8Array(9 * 2 ** 20 + 5).fill(1)),
      bytesSegment(2 ** 24, new Uint8Array(2).fill(1)),
      bytesSegment(2 ** 24 + 100, new Uint8Array(1).fill(1)),
    ]);
    await writeRaw(image, folder.file('progress.img'), {
      onProgress: (doneBytes, totalBytes) => calls.push([doneBytes, totalBytes]),
    });
    const done = calls.map(([doneBytes]) => doneBytes);
    expect(done.length).toBeGreaterThan(2);
    expect(done).toEqual([...new Set(done)].sort((a, b) => a - b));
    expect(done.at(-1)).toBe(dataBytes);
    expect(calls.every(([, totalBytes]) => totalBytes === dataBytes)).toBe(true);
  });

  it('leaves a whole file or the old one, whenever it is cancelled', async () => {
    const source = folder.file('cancel source');
    const bytes = randomBytes(3 * 2 ** 22);
    await writeFile(source, bytes);
    const before = (await readdir(folder.path)).length;
    const path = folder.file('cancelled.img');
    const image = makeImage(bytes.length + 10, [file(10, source, bytes.length)]);
    const outcomes = new Set<string>();
    const cancelAt = fc.record({
      chunks: fc.nat(4),
      turns: fc.nat(12),
      durable: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(cancelAt, async ({ chunks, turns, durable }) => {
        await writeFile(path, 'as it was');
        const controller = new AbortController();
        const cancel = async (): Promise<void> => {
          for (let turn = 0; turn < turns; turn++) await setImmediate();
          controller.abort(new Error('cancelled'));
        };
        let cancelling = chunks === 0 ? cancel() : undefined;
        let left = chunks;
        const outcome = await writeRaw(image, path, {
          durable,
          signal: controller.signal,
          onProgress: () => {
            if (--left === 0) cancelling = cancel();
          },
        }).then(
          () => 'written',
          (error: unknown) => (error as Error).message,
        );
        await cancelling;
        outcomes.add(outcome);
        const found = await readFile(path);
        if (outcome === 'written') {
          expect(found.equals(Buffer.concat([new Uint8Array(10), bytes]))).toBe(true);
        } else {
          expect(outcome).toBe('cancelled');
          expect(found.toString()).toBe('as it was');
        }
        expect(await readdir(folder.path)).toHaveLength(before + 1);
      }),
      {
        numRuns: 60,
        // There are fewer than ten chunks; and when the first has been written, there is more to come.
        examples: [
          [{ chunks: 10, turns: 0, durable: true }],
          [{ chunks: 1, turns: 0, durable: true }],
        ],
      },
    );
    expect(outcomes).toEqual(new Set(['written', 'cancelled']));
  });

  it('keeps the old file, and leaves no temporary file, when it fails', async () => {
    const path = folder.file('kept.img');
    await writeFile(path, 'as it was');
    const image = makeImage(2 ** 22 + 1, [
      bytesSegment(0, new Uint8Array(2 ** 22).fill(1)),
      file(2 ** 22, folder.file('absent'), 1),
    ]);
    await expect(writeRaw(image, path)).rejects.toThrow(zosiaError('ZOSIA_FILE_NOT_FOUND'));
    expect(await readFile(path, 'utf8')).toBe('as it was');
    expect((await readdir(folder.path)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('needs less than 150 MiB of memory for a file of 512 MiB', async () => {
    const source = folder.file('large source');
    await writeFile(source, '');
    await truncate(source, 2 ** 29);
    const { stdout } = await runScript('writes-raw.ts', [source, folder.file('large copy')]);
    expect(Number(stdout)).toBeLessThan(150 * 1024);
  });

  it('reports a file size limit before it copies', async () => {
    const source = folder.file('limited source');
    await writeFile(source, randomBytes(2 ** 16));
    await mkdir(folder.file('limited'));
    const out = folder.file('limited/out.img');
    const run = runScript('writes-raw.ts', [source, out], 'ulimit -f 8');
    await expect(run).rejects.toMatchObject({
      stderr: expect.stringMatching(/ZOSIA_DISK_FULL: .*ulimit -f.*0 progress/s) as string,
    });
    expect(await readdir(folder.file('limited'))).toEqual([]);
  });
});

function file(offset: number, path: string, length: number): Segment {
  return { offset, length, source: { kind: 'file', path, offset: 0 } };
}

/**
 * Runs a script of this folder in a process of its own, after a shell command. It is the shell's child:
 * a process counts what its parent took up before the fork among its own memory.
 */
async function runScript(
  name: string,
  args: readonly string[],
  before = ':',
): Promise<{ stdout: string; stderr: string }> {
  const tsx = fileURLToPath(import.meta.resolve('tsx'));
  const script = fileURLToPath(new URL(name, import.meta.url));
  const command = [process.execPath, '--import', tsx, script, ...args];
  return promisify(execFile)('sh', ['-c', `${before} && "$@"; exit $?`, 'sh', ...command]);
}
