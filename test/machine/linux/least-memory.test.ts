import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { accessBytes } from '../../../src/image/random-access.js';
import { checkLeastRam, leastRamMiB } from '../../../src/machine/linux/least-memory.js';
import { arm64Kernel, x86Kernel } from '../support/kernel-headers.js';
import { temporaryFolder } from '../support/temporary.js';

const MIB = 2 ** 20;

/** An archive that says it unpacks to `unpackedBytes`, `sizeBytes` long as it is. */
function initramfs(sizeBytes: number, unpackedBytes: number): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  bytes.set([0x1f, 0x8b]);
  bytes.writeUInt32LE(unpackedBytes, sizeBytes - 4);
  return bytes;
}

const least = (kernel: Uint8Array, archive: Uint8Array) =>
  leastRamMiB(accessBytes(kernel), accessBytes(archive));

describe('leastRamMiB', () => {
  // The sizes of a shipped guest each, which by trial boots in 154 and 114 MiB and not in 152 and 112.
  it.each([
    ['x86_64', x86Kernel(0x0337_8000), 18_416_726, 47_131_648, 159],
    ['aarch64', arm64Kernel(0x01aa_0000), 14_581_242, 36_258_304, 114],
  ])(
    'returns what a guest for %s needs to boot',
    async (_, kernel, sizeBytes, unpackedBytes, leastMiB) => {
      expect(await least(kernel, initramfs(sizeBytes, unpackedBytes))).toBe(leastMiB);
    },
  );

  it('reads the unpacked size from the gzip trailer', async () => {
    const archive = gzipSync(Buffer.alloc(8 * MIB));
    expect(await least(x86Kernel(MIB), archive)).toBe(1 + 16 + 1);
  });

  it('counts an archive that is not packed as what comes out of it, too', async () => {
    const archive = Buffer.alloc(8 * MIB);
    archive.write('070701');
    expect(await least(x86Kernel(MIB), archive)).toBe(1 + 8 + 16);
  });

  it('returns undefined for other kernels and archives', async () => {
    expect(await least(new Uint8Array(4096), initramfs(100, 100))).toBeUndefined();
    expect(await least(x86Kernel(MIB), new Uint8Array(4096))).toBeUndefined();
    expect(await least(x86Kernel(MIB), Buffer.from([0x1f, 0x8b]))).toBeUndefined();
  });
});

describe('checkLeastRam', () => {
  const folder = temporaryFolder();

  async function files(areOwn: boolean) {
    const kernel = join(folder(), 'kernel');
    const initrd = join(folder(), 'initrd');
    await writeFile(kernel, x86Kernel(40 * MIB));
    await writeFile(initrd, initramfs(10 * MIB, 50 * MIB));
    return { kernel, initrd, areOwn };
  }

  it('rejects too little for the guest that zosia built, and says how much is needed', async () => {
    const own = await files(true);
    await expect(checkLeastRam(149, own)).rejects.toMatchObject({
      code: 'ZOSIA_RAM_TOO_SMALL',
      message: expect.stringMatching(/need 150 MiB .* has 149 MiB$/) as string,
      hint: expect.stringContaining('ramMiB=150 ') as string,
    });
    expect(await checkLeastRam(150, own)).toEqual([]);
  });

  it('warns of too little for another guest', async () => {
    const others = await files(false);
    expect(await checkLeastRam(149, others)).toEqual([expect.stringContaining('150 MiB')]);
    expect(await checkLeastRam(150, others)).toEqual([]);
  });
});
