import { describe, expect, it } from 'vitest';
import { elfMemoryBytes } from '../../../src/formats/elf/memory.js';
import { kernelMemoryBytes } from '../../../src/formats/linux/kernel-image.js';
import { DT, buildElf } from '../elf/build.js';
import { arm64Kernel, x86Kernel } from '../../machine/support/kernel-headers.js';

describe('kernelMemoryBytes', () => {
  it('returns the size of an arm64 Image plus what it needs early during boot', () => {
    expect(kernelMemoryBytes(arm64Kernel(27 * 2 ** 20))).toBe((27 + 4) * 2 ** 20);
  });

  it('returns init_size of an x86 bzImage from boot protocol 2.10 on', () => {
    expect(kernelMemoryBytes(x86Kernel(0x0337_8000))).toBe(0x0337_8000);
    expect(kernelMemoryBytes(x86Kernel(0x0337_8000, 0x020a))).toBe(0x0337_8000);
    expect(kernelMemoryBytes(x86Kernel(0x0337_8000, 0x0209))).toBeUndefined();
  });

  it('returns what the segments of an x86 kernel take, plus what it needs early during boot', () => {
    const program = buildElf({ machine: 62, dynamic: [[DT.needed, 'x']] });
    const head = Buffer.concat([program, Buffer.alloc(0x264)]);
    expect(kernelMemoryBytes(head)).toBe(elfMemoryBytes(program)! + 8 * 2 ** 20);
  });

  it('returns undefined for other files and truncated headers', () => {
    expect(kernelMemoryBytes(new Uint8Array(4096))).toBeUndefined();
    expect(kernelMemoryBytes(arm64Kernel(1).subarray(0, 128))).toBeUndefined();
    expect(kernelMemoryBytes(new Uint8Array(0))).toBeUndefined();
  });
});
