import fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { ZosiaError } from '../../../src/errors.js';
import { checkGguf } from '../../../src/formats/gguf/check.js';
import { GGUF_HEADER } from '../../../src/formats/gguf/layout.js';
import { GgufArray } from '../../../src/formats/gguf/reader.js';
import type { GgufHeader } from '../../../src/formats/gguf/reader.js';
import { planGguf } from '../../../src/formats/gguf/writer.js';
import type { TypedValue } from '../../../src/formats/gguf/writer.js';
import { accessBytes } from '../../../src/image/random-access.js';
import type { RandomAccess } from '../../../src/image/random-access.js';
import { zosiaError } from '../../support/errors.js';
import { imageBytes } from '../../support/images.js';
import { sampleGguf } from './samples.js';

const check = (bytes: Uint8Array): Promise<GgufHeader> =>
  checkGguf(accessBytes(bytes), 'model.gguf');

async function failureOf(bytes: Uint8Array): Promise<ZosiaError> {
  const error = await check(bytes).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ZosiaError) return error;
  throw error instanceof Error ? error : new Error('the check passed');
}

/** The sample with other bytes at a place. */
async function patched(offset: number, bytes: readonly number[]): Promise<Buffer> {
  const sample = await sampleGguf();
  sample.set(bytes, offset);
  return sample;
}

/** The sample with a key renamed to one that planGguf would reject. */
async function renamed(
  from: string,
  to: string,
  value: TypedValue = { type: 'uint32', value: 24 },
): Promise<Buffer> {
  const sample = await sampleGguf({ [from]: value });
  sample.write(to, sample.indexOf(from));
  return sample;
}

/** Where the last tensor of a model ends, without padding. */
async function endOfData(bytes: Buffer): Promise<number> {
  const { dataOffset, tensors } = await check(bytes);
  const { offset, sizeBytes } = tensors.at(-1)!;
  return dataOffset + offset + sizeBytes;
}

async function afterText(text: string): Promise<number> {
  return (await sampleGguf()).indexOf(text) + Buffer.byteLength(text);
}

describe('checkGguf', () => {
  it('accepts a complete model, with and without padding at the end', async () => {
    const sample = await sampleGguf();
    const header = await check(sample);
    expect(header.tensors.map(({ name }) => name)).toEqual([
      'token_embd.weight',
      'output_norm.weight',
      'last.weight',
    ]);
    expect(header.parameterCount).toBe(1034);
    const whole = sample.subarray(0, await endOfData(sample));
    await expect(check(whole)).resolves.toBeDefined();
  });

  it('reports the actual and the expected size of a model that lacks a byte', async () => {
    const sample = await sampleGguf();
    const end = await endOfData(sample);
    const error = await failureOf(sample.subarray(0, end - 1));
    expect(error).toMatchObject({ code: 'ZOSIA_MODEL_TRUNCATED' });
    expect(error.message).toContain(`${end - 1} bytes`);
    expect(error.message).toContain(String(end));
    expect(error.hint).toContain('again');
  });

  it('reports a model as truncated wherever it is cut', async () => {
    const sample = await sampleGguf();
    const end = await endOfData(sample);
    for (let length = 4; length < end; length += 7) {
      expect(await failureOf(sample.subarray(0, length))).toMatchObject({
        code: 'ZOSIA_MODEL_TRUNCATED',
      });
    }
  });

  it('reports an empty file', async () => {
    await expect(check(new Uint8Array())).rejects.toThrow(zosiaError('ZOSIA_MODEL_EMPTY'));
  });

  const json = Buffer.from('{"__metadata__":{}}');
  const safetensors = Buffer.concat([Buffer.from([json.length, 0, 0, 0, 0, 0, 0, 0]), json]);
  const legacy = Buffer.alloc(28 + 4 * (4 * 2 + 2 + 2 * (2 * 2) * 2 + 2 + 3 * (2 * 3) + 2 + 2 * 1));
  [2, 3, 1, 1, 1, 4, 1].forEach((value, index) => legacy.writeInt32LE(value, index * 4));

  it.each<[string, Uint8Array, RegExp, RegExp]>([
    ['a web page', Buffer.from('\n<!DOCTYPE html><html>'), /web page/, /file itself/],
    [
      'an LFS pointer',
      Buffer.from('version https://git-lfs.github.com/spec/v1\n'),
      /LFS/,
      /git lfs pull/,
    ],
    ['PyTorch', Buffer.from('PK\x03\x04rest'), /PyTorch/, /GGUF/],
    ['a pickle', Buffer.from([0x80, 2, 0x8a]), /PyTorch/, /GGUF/],
    ['safetensors', safetensors, /safetensors/, /GGUF/],
    ['GGJT', Buffer.from('tjgg\x03\0\0\0'), /GGJT/, /GGUF/],
    ['gzip', gzipSync('x'), /gzip/, /Unpack/],
    ['a llama2.c checkpoint', legacy, /llama2\.c/, /zosia model convert/],
    ['a version 1 checkpoint', Buffer.from('24ka\x01\0\0\0'), /llama2\.c/, /zosia model convert/],
    ['zeros', Buffer.alloc(100), /zeros/, /again/],
    ['something else', Buffer.from('hello'), /does not start with "GGUF"/, /GGUF/],
    ['a single byte', Buffer.from('G'), /does not start/, /GGUF/],
  ])('rejects %s, with a message and a hint for it', async (_, bytes, message, hint) => {
    const error = await failureOf(bytes);
    expect(error.code).toBe('ZOSIA_MODEL_NOT_GGUF');
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
  });

  it.each([
    ['version 1', [1, 0, 0, 0], /version 1/],
    ['a later version', [4, 0, 0, 0], /version 4/],
    ['a big-endian file', [0, 0, 0, 3], /big-endian/],
  ])('does not support %s', async (_, version, message) => {
    const error = await failureOf(await patched(GGUF_HEADER.version.offset, version));
    expect(error.code).toBe('ZOSIA_MODEL_UNSUPPORTED');
    expect(error.message).toMatch(message);
  });

  it('reads version 2', async () => {
    const bytes = await patched(GGUF_HEADER.version.offset, [2, 0, 0, 0]);
    expect((await check(bytes)).version).toBe(2);
  });

  it('does not support tensors of unknown types', async () => {
    const at = (await afterText('output_norm.weight')) + 4 + 8;
    expect(await failureOf(await patched(at, [200]))).toMatchObject({
      code: 'ZOSIA_MODEL_UNSUPPORTED',
    });
    expect(await failureOf(await patched(at, [4]))).toMatchObject({
      code: 'ZOSIA_MODEL_UNSUPPORTED',
    });
  });

  it('reports damage in the header', async () => {
    const FAR = [255, 255, 255, 255, 255, 255, 31, 0];
    const damaged: [string, Buffer][] = [
      ['tensor count', await patched(GGUF_HEADER.tensorCount.offset, FAR)],
      [
        'count from 2^53 on',
        await patched(GGUF_HEADER.metadataCount.offset, new Array<number>(8).fill(255)),
      ],
      ['key length', await patched(24, [0, 0, 2, 0])],
      ['value type', await patched(await afterText('general.name'), [13])],
      ['array count', await patched((await afterText('ggml.tokens')) + 8, FAR)],
      ['array of arrays', await patched((await afterText('ggml.tokens')) + 4, [9])],
      ['key that occurs twice', await renamed('general.Name', 'general.name')],
      ['number of dimensions', await patched(await afterText('output_norm.weight'), [5])],
      ['row of half a block', await patched((await afterText('token_embd.weight')) + 4, [255, 0])],
      ['tensor offset', await patched((await afterText('output_norm.weight')) + 4 + 8 + 4, [1])],
      ['overlapping tensors', await patched((await afterText('last.weight')) + 4 + 8 + 4, [0, 0])],
      ['impossible size', await patched((await afterText('output_norm.weight')) + 4, FAR)],
      ['empty key', await patched(24, [0])],
      ['no tensors', Buffer.from(await imageBytes(planGguf({ metadata: {}, tensors: [] })))],
    ];
    for (const [what, bytes] of damaged) {
      expect.soft([what, (await failureOf(bytes)).code]).toEqual([what, 'ZOSIA_MODEL_CORRUPT']);
    }
  });

  it.each<TypedValue>([
    { type: 'uint32', value: 24 },
    { type: 'uint32', value: 0 },
    { type: 'float32', value: 0.5 },
    { type: 'uint64', value: 32 },
    { type: 'int32', value: 32 },
    { type: 'uint8', value: 32 },
    { type: 'float32', value: 1.5 },
    { type: 'float64', value: 2 + 2 ** -51 },
    { type: 'int32', value: -(2 ** 31) },
    { type: 'uint64', value: 2 ** 32 },
    { type: 'string', value: '32' },
  ])('reports an alignment of $value ($type) as damage', async (value) => {
    const bytes = await renamed('general.Alignment', 'general.alignment', value);
    const error = await failureOf(bytes);
    expect(error.code).toBe('ZOSIA_MODEL_CORRUPT');
    expect(error.message).toContain('alignment');
  });

  it('accepts a model without padding, with an alignment of one byte', async () => {
    const data = new Uint8Array(3);
    const tensors = ['a', 'b'].map((name) => ({ name, dimensions: [3], type: 'I8', data }));
    const bytes = await imageBytes(planGguf({ metadata: {}, tensors, alignment: 1 }));
    expect((await check(bytes)).alignment).toBe(1);
  });

  it('reads a large vocabulary with few reads, and little beyond the header', async () => {
    const words = Array.from({ length: 256_000 }, (_, i) => `▁word ${i}`);
    const sample = await sampleGguf({ words: { type: 'array', of: 'string', value: words } });
    let reads = 0;
    let readBytes = 0;
    const inner = accessBytes(Buffer.concat([sample, Buffer.alloc(50 << 20)]));
    const source: RandomAccess = {
      sizeBytes: inner.sizeBytes,
      read(offset, length) {
        reads += 1;
        readBytes += length;
        return inner.read(offset, length);
      },
    };
    const header = await checkGguf(source, 'model.gguf');
    const read = header.metadata.get('words');
    expect(read).toBeInstanceOf(GgufArray);
    expect([...(read as GgufArray)]).toEqual(words);
    expect(reads).toBeLessThan(10);
    expect(readBytes).toBeLessThan(3 * header.headerBytes);
  });

  it('returns a header or throws a ZosiaError for changed bytes', async () => {
    const sample = Buffer.concat([await sampleGguf(), Buffer.alloc(64 * 1024)]);
    const edit = fc.record({
      at: fc.nat(900),
      bytes: fc.oneof(
        fc.uint8Array({ minLength: 1, maxLength: 9 }),
        fc.constantFrom(new Uint8Array(8).fill(255), Uint8Array.of(255, 255, 255, 127, 0, 0, 0, 0)),
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 3 }), async (edits) => {
        const bytes = Buffer.from(sample);
        for (const { at, bytes: changed } of edits) bytes.set(changed, at);
        const outcome = await check(bytes).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(ZosiaError);
      }),
      { numRuns: 1000 },
    );
  });

  it('allocates no more than 1 MiB for 64 KiB of garbage', async () => {
    const allocate = vi.spyOn(Buffer, 'allocUnsafe');
    for (let seed = 1; seed <= 50; seed++) {
      let state = seed;
      const garbage = Buffer.from(
        Uint8Array.from({ length: 64 * 1024 }, () => {
          state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
          return state >>> 24;
        }),
      );
      garbage.set([
        0x47,
        0x47,
        0x55,
        0x46,
        3,
        0,
        0,
        0,
        seed,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        seed,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
      ]);
      allocate.mockClear();
      expect(await failureOf(garbage)).toBeInstanceOf(ZosiaError);
      expect(allocate).toHaveBeenCalled();
      const allocatedBytes = allocate.mock.calls.reduce((sum, [size]) => sum + size, 0);
      expect(allocatedBytes).toBeLessThan(1 << 20);
    }
    allocate.mockRestore();
  });

  it('accepts a vocabulary without tensors, and nothing else without', async () => {
    const tokens = { type: 'array', of: 'string', value: ['a'] } as const;
    const plan = { metadata: { 'tokenizer.ggml.tokens': tokens }, tensors: [] };
    expect((await check(await imageBytes(planGguf(plan)))).tensors).toEqual([]);
    const others: Record<string, TypedValue>[] = [
      { 'tokenizer.ggml.tokens': { type: 'string', value: 'a' } },
      { 'general.architecture': { type: 'string', value: 'llama' } },
      { ...plan.metadata, 'split.count': { type: 'uint16', value: 2 } },
    ];
    for (const metadata of others) {
      const error = await failureOf(await imageBytes(planGguf({ metadata, tensors: [] })));
      expect(error).toMatchObject({ code: 'ZOSIA_MODEL_CORRUPT' });
      expect(error.message).toContain('holds no tensors');
    }
  });

  it.each([
    [4, /Q4_2, which llama\.cpp no longer reads/, /in Q4_0/],
    [33, /Q4_0_8_8, which llama\.cpp no longer reads/, /in Q4_0/],
    [38, /IQ4_NL_8_8, which llama\.cpp no longer reads/, /in IQ4_NL/],
    [43, /type 43, which llama\.cpp does not know/, /variant of llama\.cpp/],
    [0xffff_ffff, /type 4294967295, which/, /damaged/],
  ])('does not support tensors of type %d, and says what to take', async (id, message, hint) => {
    const sample = await sampleGguf();
    const name = 'output_norm.weight';
    const typeAt = sample.indexOf(name) + name.length + 4 + 8;
    sample.writeUInt32LE(id, typeAt);
    const error = await failureOf(sample);
    expect(error.code).toBe('ZOSIA_MODEL_UNSUPPORTED');
    expect(error.message).toContain('the tensor "output_norm.weight" is of type');
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
  });

  it('recognises files joined with cat, and says what to do instead', async () => {
    const split = { 'split.count': { type: 'uint16', value: 2 } } as const;
    const part = await sampleGguf(split);
    const plain = await sampleGguf();
    const withoutTensors = await imageBytes(planGguf({ metadata: split, tensors: [] }));
    const unpadded = plain.subarray(0, await endOfData(plain));
    const joined: [Uint8Array[], RegExp][] = [
      [[part, plain], /llama-gguf-split --merge/],
      [[withoutTensors, plain], /llama-gguf-split --merge/],
      [[plain, plain], /by itself/],
      [[unpadded, plain], /by itself/],
    ];
    for (const [parts, hint] of joined) {
      const error = await failureOf(Buffer.concat(parts));
      expect(error.code).toBe('ZOSIA_MODEL_JOINED');
      expect(error.hint).toMatch(hint);
    }
    await expect(check(Buffer.concat([plain, Buffer.alloc(100)]))).resolves.toBeDefined();
  });
});
