import { describe, expect, it } from 'vitest';
import { assemble, dword } from '../../../src/machine/accelerator/machine-code.js';

describe('assemble', () => {
  it('resolves addresses and offsets, forwards and backwards', () => {
    const code = assemble(0xffff_0000, [
      { label: 'start' },
      0x90,
      ...[0x74, { near: 'end' }],
      ...[0xeb, { near: 'start' }],
      ...[0xbe, { address32: 'end' }],
      ...[0xba, { address16: 'end' }],
      { label: 'end' },
    ]);
    expect([...code]).toEqual([
      ...[0x90],
      ...[0x74, 0x0a],
      ...[0xeb, 0xfb],
      ...[0xbe, 0x0d, 0x00, 0xff, 0xff],
      ...[0xba, 0x0d, 0x00],
    ]);
  });

  it('rejects labels that are unknown or too far away', () => {
    expect(() => assemble(0, [{ near: 'nowhere' }])).toThrow(RangeError);
    const far = Array.from({ length: 128 }, () => 0x90);
    expect(() => assemble(0, [{ near: 'end' }, ...far, { label: 'end' }])).toThrow(RangeError);
    expect(assemble(0, [{ near: 'end' }, ...far.slice(1), { label: 'end' }])[0]).toBe(127);
  });
});

describe('dword', () => {
  it('is little-endian', () => {
    expect(dword(0xffe0_0083)).toEqual([0x83, 0x00, 0xe0, 0xff]);
  });
});
