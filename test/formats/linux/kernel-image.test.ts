import { describe, expect, it } from 'vitest';
import { kernelMemoryBytes } from '../../../src/formats/linux/kernel-image.js';
import { arm64Kernel, x86Kernel } from '../../machine/support/kernel-headers.js';

describe('kernelMemoryBytes', () => {
  it('takes the size of an arm64 Image, and what it needs early on beside it', () => {
    expect(kernelMemoryBytes(arm64Kernel(27 * 2 ** 20))).toBe((27 + 4) * 2 ** 20);
  });

  it('takes init_size of an x86 bzImage, from the protocol on that has it', () => {
    expect(kernelMemoryBytes(x86Kernel(0x0337_8000))).toBe(0x0337_8000);
    expect(kernelMemoryBytes(x86Kernel(0x0337_8000, 0x020a))).toBe(0x0337_8000);
    expect(kernelMemoryBytes(x86Kernel(0x0337_8000, 0x0209))).toBeUndefined();
  });

  it('knows nothing of other files, or of less than a header', () => {
    expect(kernelMemoryBytes(new Uint8Array(4096))).toBeUndefined();
    expect(kernelMemoryBytes(arm64Kernel(1).subarray(0, 128))).toBeUndefined();
    expect(kernelMemoryBytes(new Uint8Array(0))).toBeUndefined();
  });
});
