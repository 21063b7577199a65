import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isVmdkDescriptor, readVmdk } from '../../../src/formats/vmdk/reader.js';
import { planVmdk } from '../../../src/formats/vmdk/writer.js';
import { ZosiaError } from '../../../src/errors.js';
import { makeImage } from '../../../src/image/image.js';
import type { Image } from '../../../src/image/image.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { zosiaError } from '../../support/errors.js';

const MIB = 1 << 20;

const GOOD = planVmdk(
  makeImage(4 * MIB, [
    { offset: MIB, length: MIB, source: { kind: 'file', path: '/model', offset: 0 } },
  ]),
  { extentName: () => 'model', metadataName: 'metadata' },
).descriptor;

const read = (text: string, sizeBytes = 4 * MIB): Promise<Image> =>
  readVmdk(accessBytes(Buffer.from(text)), (name) =>
    Promise.resolve({ path: `/folder/${name}`, sizeBytes }),
  );

describe('readVmdk', () => {
  it('returns the disk as ranges of its files', async () => {
    const image = await read(GOOD);
    expect(image.sizeBytes).toBe(4 * MIB);
    expect(image.segments).toMatchObject([
      { offset: 0, source: { path: '/folder/metadata', offset: 0 } },
      { offset: MIB, length: MIB, source: { path: '/folder/model', offset: 0 } },
      { offset: 2 * MIB, source: { path: '/folder/metadata', offset: MIB } },
    ]);
  });

  it('looks each file up once, and rethrows an error of the look-up', async () => {
    const asked: string[] = [];
    await readVmdk(accessBytes(Buffer.from(GOOD)), (name) => {
      asked.push(name);
      return Promise.resolve({ path: name, sizeBytes: 4 * MIB });
    });
    expect(asked).toEqual(['metadata', 'model']);
    const refusal = new Error('outside of the folder');
    await expect(
      readVmdk(accessBytes(Buffer.from(GOOD)), () => Promise.reject(refusal)),
    ).rejects.toBe(refusal);
  });

  it('accepts Windows line ends', async () => {
    expect(await read(GOOD.replaceAll('\n', '\r\n'))).toEqual(await read(GOOD));
  });

  it('refuses a file that is too short', async () => {
    await expect(read(GOOD, 3 * MIB - 1)).rejects.toThrow(zosiaError('ZOSIA_VMDK_TRUNCATED'));
    await expect(read(GOOD, 3 * MIB)).resolves.toBeDefined();
  });

  it.each([
    ['another kind of disk', GOOD.replace('twoGbMaxExtentFlat', 'monolithicSparse')],
    ['a parent', GOOD.replace('parentCID=ffffffff', 'parentCID=12345678')],
    ['an extent QEMU would skip', GOOD.replace('RW 2048 FLAT "model"', 'RDONLY 2048 FLAT "model"')],
    ['a sparse extent', GOOD.replace('RW 2048 FLAT "model" 0', 'RW 2048 SPARSE "model"')],
    ['an extent of zeros', GOOD.replace('RW 2048 FLAT "model" 0', 'RW 2048 ZERO')],
    ['an indented extent of zeros', GOOD.replace('RW 2048 FLAT "model" 0', ' RW 2048 ZERO')],
    ['a negative offset', GOOD.replace('"model" 0', '"model" -1')],
  ])('does not support %s', async (_, text) => {
    await expect(read(text)).rejects.toThrow(zosiaError('ZOSIA_VMDK_UNSUPPORTED'));
  });

  it.each([
    ['no signature', GOOD.slice(1)],
    ['no extent', GOOD.replace(/^RW .*$/gm, '')],
    ['an empty extent', GOOD.replace('RW 2048 FLAT "model"', 'RW 0 FLAT "model"')],
    ['an extent past 2^53', GOOD.replace('"model" 0', '"model" 9007199254740993')],
    ['a line of 500,000 characters', GOOD + 'a=' + ' '.repeat(500_000) + 'x"y'],
    ['too much text', GOOD + '#\n'.repeat(600_000)],
    ['too many extents', GOOD.replace('RW 2048 FLAT "model" 0', (line) => `${line}\n`.repeat(300))],
  ])('reports damage: %s', async (_, text) => {
    await expect(read(text)).rejects.toThrow(zosiaError('ZOSIA_VMDK_CORRUPT'));
  });

  it('refuses a name that QEMU reads as a protocol', async () => {
    const text = GOOD.replace('"model"', '"nbd:host"');
    await expect(read(text)).rejects.toThrow(zosiaError('ZOSIA_VMDK_NAME'));
  });

  it('refuses a name that is not UTF-8, whatever encoding is stated', async () => {
    const latin = (text: string): Promise<Image> =>
      readVmdk(accessBytes(Buffer.from(text, 'latin1')), (name) =>
        Promise.resolve({ path: name, sizeBytes: 4 * MIB }),
      );
    const encoded = GOOD.replace('CID=', 'encoding="windows-1252"\nCID=');
    await expect(latin(encoded.replaceAll('"model"', '"caf\xe9"'))).rejects.toThrow(
      /caf\ufffd.*not UTF-8/,
    );
    await expect(latin(`${encoded}# caf\xe9\n`)).resolves.toBeDefined();
    const utf8 = await read(encoded.replaceAll('"model"', '"caf\xe9"'));
    expect(utf8.segments[1]).toMatchObject({ source: { path: '/folder/caf\xe9' } });
  });

  it('returns an image or throws a ZosiaError for changed text', async () => {
    const mutation = fc.record({ at: fc.nat(GOOD.length), text: fc.string({ maxLength: 12 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 4 }), async (mutations) => {
        let text = GOOD;
        for (const { at, text: inserted } of mutations) {
          text = text.slice(0, at) + inserted + text.slice(at + inserted.length);
        }
        const outcome = await read(text).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(ZosiaError);
      }),
    );
  });
});

describe('isVmdkDescriptor', () => {
  it('recognises a descriptor by its first line', async () => {
    expect(await isVmdkDescriptor(accessBytes(Buffer.from(GOOD)))).toBe(true);
    expect(await isVmdkDescriptor(accessBytes(Buffer.from('# Disk')))).toBe(false);
    expect(await isVmdkDescriptor(accessBytes(Buffer.alloc(4096)))).toBe(false);
  });
});
