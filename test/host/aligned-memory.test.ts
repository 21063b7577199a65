import { afterEach, describe, expect, it, vi } from 'vitest';
import { ALIGNMENT_BYTES, alignedMemory, isAligned } from '../../src/host/aligned-memory.js';

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('alignedMemory', () => {
  it.each([1, ALIGNMENT_BYTES, 3 * 2 ** 20])('gives %i bytes that begin on a page', (sizeBytes) => {
    const memory = alignedMemory(sizeBytes);
    expect(memory).toHaveLength(sizeBytes);
    expect(isAligned(memory)).toBe(true);
    expect(memory.every((byte) => byte === 0)).toBe(true);
  });

  it('tells which parts of it begin on a page', () => {
    const memory = alignedMemory(3 * ALIGNMENT_BYTES);
    expect(isAligned(memory.subarray(1))).toBe(false);
    expect(isAligned(memory.subarray(2 * ALIGNMENT_BYTES))).toBe(true);
    expect(isAligned(Buffer.alloc(ALIGNMENT_BYTES))).toBe(false);
  });

  const refused = vi.fn(function () {
    throw new RangeError('could not allocate memory');
  });

  it.each([
    ['there is no WebAssembly', undefined],
    ['no address space is left', { Memory: refused }],
  ])('gives plain memory where %s', (_, without) => {
    vi.stubGlobal('WebAssembly', without);
    const memory = alignedMemory(10_000);
    expect(memory).toHaveLength(10_000);
    expect(isAligned(memory)).toBe(false);
  });
});
