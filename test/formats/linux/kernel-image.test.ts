import { describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../../src/artifacts/architectures.js';
import { elfMemoryBytes } from '../../../src/formats/elf/memory.js';
import { kernelArchitecture, kernelMemoryBytes } from '../../../src/formats/linux/kernel-image.js';
import { prebuiltKernel, readPrebuiltKernel } from '../../../src/recipes/guest-kernel.js';
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

describe('kernelArchitecture', () => {
  it.each(ARCHITECTURES)('knows the kernel for %s that comes along', async (arch) => {
    const { image } = await prebuiltKernel(arch, await readPrebuiltKernel(arch));
    expect(kernelArchitecture(image)).toBe(arch);
  });

  it('does not take an x86 kernel without a 64-bit entry, or what is cut short', async () => {
    const bzImage = Buffer.from(await readPrebuiltKernel('x86_64'));
    expect(kernelArchitecture(bzImage.subarray(0, 0x200))).toBeUndefined();
    const of32Bits = Buffer.from(bzImage.subarray(0, 4096));
    of32Bits.writeUInt16LE(of32Bits.readUInt16LE(0x236) & ~1, 0x236);
    expect(kernelArchitecture(of32Bits)).toBeUndefined();
    expect(kernelArchitecture(x86Kernel(1, 0x020b))).toBeUndefined();
    expect(kernelArchitecture(new Uint8Array(4096))).toBeUndefined();
  });
});
